"""What the components show: plain frozen rows that a door fills and a template reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Cell:
    """One channel of one mailing type: on, off, or None where the type does not use the channel."""

    channel: str
    field: str
    on: bool | None
    locked: bool = False
    why: str = ""


@dataclass(frozen=True)
class Mailing:
    """A mailing type or category with its channels; `topic` is what the sentence calls it."""

    code: str
    name: str
    topic: str
    cells: Sequence[Cell]
    note: str = ""


@dataclass(frozen=True)
class Switch:
    """A whole channel, on or off."""

    channel: str
    field: str
    on: bool


@dataclass(frozen=True)
class Stand:
    """How one cell of consent stands, only to be looked at: on, off, absent (nothing was ever said) or unused."""

    channel: str
    state: str
    is_locked: bool = False
    crosses: bool = False

    def in_words(self) -> str:
        """How it stands, for who does not see the mark."""
        word = {"absent": "never said", "unused": "not used"}.get(self.state, self.state)
        return f"{word}, cannot be refused" if self.is_locked else word


@dataclass(frozen=True)
class StandRow:
    """A row of such cells; `code` names it among the rows of its system."""

    code: str
    name: str
    stands: Sequence[Stand]
    note: str = ""


@dataclass(frozen=True)
class Problem:
    """One sentence about one field; `field` is the id of the element it leads to."""

    field: str
    sentence: str


@dataclass(frozen=True)
class Tab:
    """A place in the navigation."""

    url: str
    label: str
    icon: str
    current: bool = False


@dataclass(frozen=True)
class Step:
    """A line of a timeline."""

    title: str
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class Bubble:
    """A message on a phone; `tone` is done, news, waiting or bad."""

    text: str
    at: datetime
    sender: str = ""
    state: str = ""
    tone: str = "done"
    parts: int = 1


@dataclass(frozen=True)
class Phone:
    """A phone with its messages, oldest first."""

    number: str
    owner: str
    bubbles: Sequence[Bubble]


@dataclass(frozen=True)
class ReceiptLine:
    """A line of a printed receipt; quantity in thousandths, money in minor units."""

    name: str
    quantity: int
    total: int


@dataclass(frozen=True)
class Receipt:
    """A receipt as paper shows it; points None when nobody was recognised."""

    store: str
    number: str
    at: datetime
    lines: Sequence[ReceiptLine]
    total: int
    points: int | None = None
    member: str = ""
