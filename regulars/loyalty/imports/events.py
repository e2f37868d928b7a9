"""What happens when an existing programme moves in."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class ImportBegun(Event):
    """Somebody began to apply the files of an existing programme."""

    system: ClassVar[str] = "loyalty"
    import_id: str
    files: tuple[str, ...]
    skips_wrong: bool


@dataclass(frozen=True, slots=True)
class ImportEnded(Event):
    """Everything that could be taken was taken; `added` counts new rows by file."""

    system: ClassVar[str] = "loyalty"
    import_id: str
    added: dict[str, int]
