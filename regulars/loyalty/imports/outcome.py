"""What was found in a folder: totals by file, errors by row, and what somebody should know before applying it."""

from dataclasses import dataclass, field
from pathlib import Path

from regulars.loyalty.imports.files import File
from regulars.loyalty.imports.reading import Seen
from regulars.loyalty.imports.values import Context


@dataclass(frozen=True, slots=True)
class Totals:
    """How many rows a file has: new, there already, different from what is there and left so, about who left, wrong."""

    rows: int = 0
    new: int = 0
    there: int = 0
    different: int = 0
    gone: int = 0
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a row, or with a file as a whole (line 0 or 1): where, what was found, what was expected."""

    file: str
    line: int
    column: str
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """A programme that is yet to be made."""

    name: str
    currency: str
    region: str
    time_zone: str
    points_decimals: int
    consent_mode: str


@dataclass(slots=True)
class Look:
    """A folder that was read: the files in it, what they hold, and which of them cannot be read at all."""

    folder: Path
    context: Context
    seen: dict[File, Seen] = field(default_factory=dict)
    totals: dict[File, Totals] = field(default_factory=dict)
    refused: list[File] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    beginning: Beginning | None = None

    @property
    def new(self) -> int:
        """How many rows of all files are new."""
        return sum(totals.new for totals in self.totals.values())

    @property
    def wrong(self) -> int:
        """How many rows of all files are wrong."""
        return sum(totals.wrong for totals in self.totals.values())
