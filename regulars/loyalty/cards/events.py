"""What happens to cards; they are named by inner ids, since a number recognises its owner."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class SeriesAdded(Event):
    """A series of card numbers was opened."""

    system: ClassVar[str] = "loyalty"
    code: str


@dataclass(frozen=True, slots=True)
class CardsIssued(Event):
    """Cards of a series were made; without a member they belong to nobody yet."""

    system: ClassVar[str] = "loyalty"
    series: str
    cards: int


@dataclass(frozen=True, slots=True)
class CardActivated(Event):
    """A card became a member's and can be used."""

    system: ClassVar[str] = "loyalty"
    card_id: int
    member_id: int


@dataclass(frozen=True, slots=True)
class CardBlocked(Event):
    """A card was blocked; `reason` is a code such as `lost`."""

    system: ClassVar[str] = "loyalty"
    card_id: int
    member_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class CardUnblocked(Event):
    """A blocked card can be used again."""

    system: ClassVar[str] = "loyalty"
    card_id: int
    member_id: int | None


@dataclass(frozen=True, slots=True)
class CardsRetired(Event):
    """A member left, and the cards belong to nobody and cannot be used again."""

    system: ClassVar[str] = "loyalty"
    member_id: int
    cards: int


@dataclass(frozen=True, slots=True)
class CardsImported(Event):
    """Cards came from another system, with the numbers that they have."""

    system: ClassVar[str] = "loyalty"
    cards: int
