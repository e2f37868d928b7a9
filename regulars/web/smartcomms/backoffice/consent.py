"""Changes of consent as staff read them: which channels went on or off, for a category or as a whole."""

from collections.abc import Mapping

from regulars.smartcomms.subscriptions.models import Entry
from regulars.web.backoffice import columns
from regulars.web.shell.channels import look

WAYS = (("off", False), ("on", True))


def in_words(entry: Entry) -> str:
    """The change in words: `Whole channel off: SMS · sale on: Email`."""
    groups = {"Whole channel": entry.changes.get("channels", {}), **entry.changes.get("categories", {})}
    said = [words for name, cells in groups.items() for words in _turned(name, cells)]
    return " · ".join(said) or columns.NOTHING


def _turned(name: str, cells: Mapping[str, bool]) -> list[str]:
    turned = [(word, [str(look(c).name) for c, on in cells.items() if on is is_on]) for word, is_on in WAYS]
    return [f"{name} {word}: {', '.join(channels)}" for word, channels in turned if channels]
