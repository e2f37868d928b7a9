"""Writes a pseudo-language: every text longer by two fifths, accented and in brackets, so that what is untranslated or cut shows.

    python tools/pseudo.py FOLDER      writes FOLDER/ru/LC_MESSAGES/django.mo in place of the Russian

Run the pages with `LOCALE_PATHS = [FOLDER]` and a Russian browser. The places for names and numbers stay as they are.
"""

import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SHIPPED = Path(__file__).resolve().parent.parent / "regulars/web/locale/ru/LC_MESSAGES/django.po"
OPENS, CLOSES = "⟦", "⟧"
LONGER = 0.4
ACCENTED = str.maketrans("aceinosuyzACEINOSUYZ", "áčéíñóšúýžÁČÉÍÑÓŠÚÝŽ")
# What is filled in (%(name)s, %s), markup and entities are no text.
KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|<[^>]+>|&\w+;)")


def pseudo(text: str) -> str:
    """A text as nobody writes it: ⟦Šígñ íñ ~ ~⟧."""
    spoken = "".join(part if KEPT.fullmatch(part) else part.translate(ACCENTED) for part in KEPT.split(text))
    length = len(KEPT.sub("", text))
    return f"{OPENS}{spoken}{' ~' * max(1, round(length * LONGER / 2))}{CLOSES}"


def catalogue() -> Catalog:
    """All texts of the shipped catalogue, in the pseudo-language."""
    with SHIPPED.open("rb") as written:
        found = read_po(written, locale="ru")
    for message in found:
        if isinstance(message.id, str):
            message.string = pseudo(message.id) if message.id else message.string
        else:
            message.string = (pseudo(message.id[0]), *([pseudo(message.id[1])] * (found.num_plurals - 1)))
    return found


def write(folder: Path) -> Path:
    """Write the compiled catalogue below a folder that can stand in `LOCALE_PATHS`."""
    compiled = folder / "ru" / "LC_MESSAGES" / "django.mo"
    compiled.parent.mkdir(parents=True, exist_ok=True)
    with compiled.open("wb") as file:
        write_mo(file, catalogue())
    return compiled


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
