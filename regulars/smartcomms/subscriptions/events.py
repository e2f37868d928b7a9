"""What happens to mailing categories, reasons and channel switches; other choices stand in the consent journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class CategoryAdded(Event):
    """A mailing category was made, and its defaults were copied to the customers who existed."""

    system: ClassVar[str] = "smartcomms"
    category: str
    customers: int


@dataclass(frozen=True, slots=True)
class CategoryChanged(Event):
    """Fields of a mailing category were changed; its defaults concern only customers still to come."""

    system: ClassVar[str] = "smartcomms"
    category: str
    fields: list[str]


@dataclass(frozen=True, slots=True)
class ReasonAdded(Event):
    """The dictionary of unsubscription reasons has a new line."""

    system: ClassVar[str] = "smartcomms"
    reason: str


@dataclass(frozen=True, slots=True)
class ChannelSwitched(Event):
    """A whole channel that both systems know was switched here for one customer; this crosses the bridge."""

    system: ClassVar[str] = "smartcomms"
    channel: str
    is_on: bool
    version_at: datetime
    origin: str
    cause: str
