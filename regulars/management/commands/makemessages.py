"""Collects the texts to translate, so that doing it twice leaves no difference."""

import re
from pathlib import Path
from typing import Any

from django.core.management.commands import makemessages

_DATE = re.compile(r'^"POT-Creation-Date: .*\n', re.MULTILINE)


class Command(makemessages.Command):
    """Django's command that never guesses a translation from a similar text, and does not write down when it ran."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def write_po_file(self, potfile: str, locale: str) -> None:
        """Write the texts of one language, in the order in which the pages say them."""
        super().write_po_file(potfile, locale)
        folder: Any = Path(potfile).parent / locale / "LC_MESSAGES"
        written = folder / f"{self.domain}.po"
        written.write_text(_DATE.sub("", written.read_text()))
