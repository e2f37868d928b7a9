"""What happens to offers."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class OffersPublished(Event):
    """A new version of all published offers went out to the tills."""

    system: ClassVar[str] = "loyalty"
    version: int
    offers: list[str]


@dataclass(frozen=True, slots=True)
class OfferDrafted(Event):
    """Somebody wrote an offer down; tills do not know it yet."""

    system: ClassVar[str] = "loyalty"
    offer_id: int


@dataclass(frozen=True, slots=True)
class OfferChanged(Event):
    """A draft says something else in these fields."""

    system: ClassVar[str] = "loyalty"
    offer_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferCopied(Event):
    """A draft was made of another offer; with `replaces` it takes that one's place when it is published."""

    system: ClassVar[str] = "loyalty"
    offer_id: int
    from_offer_id: int
    replaces: bool


@dataclass(frozen=True, slots=True)
class OfferStopped(Event):
    """An offer was taken back; the next published version does not have it."""

    system: ClassVar[str] = "loyalty"
    offer_id: int
