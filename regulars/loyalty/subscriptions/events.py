"""What happens to mailing types and to consent."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class MailingTypeAdded(Event):
    """A partner made a mailing type of their own; every member has its base's cells there."""

    system: ClassVar[str] = "loyalty"
    code: str
    base: str


@dataclass(frozen=True, slots=True)
class ConsentChanged(Event):
    """Cells of a member's matrix changed: `cells` is {mailing type: {channel: whether it is on now}}."""

    system: ClassVar[str] = "loyalty"
    member_id: int
    consent_entry_id: int
    cells: dict[str, dict[str, bool]]
    cause: str


@dataclass(frozen=True, slots=True)
class ConsentImported(Event):
    """Members came from another system with what they had agreed to and refused there."""

    system: ClassVar[str] = "loyalty"
    source: str
    members: int
    entries: int
