"""What happens to points."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class PointsAccrued(Event):
    """A member was credited points; amounts are in the smallest unit of the currency."""

    system: ClassVar[str] = "loyalty"
    member_id: int
    amount: int
    available: int
    currency_code: str
    purchase_id: str


@dataclass(frozen=True, slots=True)
class PointsRedeemed(Event):
    """A member spent points."""

    system: ClassVar[str] = "loyalty"
    member_id: int
    amount: int
    available: int
    currency_code: str


@dataclass(frozen=True, slots=True)
class PointsForfeited(Event):
    """A member who left lost what was on the account."""

    system: ClassVar[str] = "loyalty"
    member_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class PointsActivated(Event):
    """Points that a member got earlier can be used from now on."""

    system: ClassVar[str] = "loyalty"
    member_id: int
    amount: int
    currency_code: str


@dataclass(frozen=True, slots=True)
class PointsExpired(Event):
    """Points that a member did not use in time are gone."""

    system: ClassVar[str] = "loyalty"
    member_id: int
    amount: int
    currency_code: str


@dataclass(frozen=True, slots=True)
class HoldLapsed(Event):
    """Points that were held for a purchase too long went back to the member."""

    system: ClassVar[str] = "loyalty"
    member_id: int
    amount: int
    currency_code: str


@dataclass(frozen=True, slots=True)
class PointsImported(Event):
    """Points came from another system, many members' at once; the amount is in the smallest unit."""

    system: ClassVar[str] = "loyalty"
    source: str
    currency_code: str
    members: int
    lots: int
    amount: int
