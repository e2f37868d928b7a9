"""What happens to partners, stores and tills."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class PartnerAdded(Event):
    """A company joined the programme."""

    system: ClassVar[str] = "loyalty"
    partner_id: int


@dataclass(frozen=True, slots=True)
class StoresAdded(Event):
    """A partner's stores were added."""

    system: ClassVar[str] = "loyalty"
    partner_id: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TillsOpened(Event):
    """Tills were put into service."""

    system: ClassVar[str] = "loyalty"
    till_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TillReopened(Event):
    """A till that was taken out of service is in service again."""

    system: ClassVar[str] = "loyalty"
    till_id: str


@dataclass(frozen=True, slots=True)
class TillClosed(Event):
    """A till was taken out of service."""

    system: ClassVar[str] = "loyalty"
    till_id: str


@dataclass(frozen=True, slots=True)
class PastTillsAdded(Event):
    """Stores got a closed till for receipts that came from another system."""

    system: ClassVar[str] = "loyalty"
    till_ids: tuple[str, ...]
