"""What happens between a till and a purchase before it is paid."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class PurchaseReserved(Event):
    """A till reserved points for a purchase, in place of those it reserved before; none means that it wants none.

    `purchase` is the till's own id, `points` are in the smallest unit, `worth` in minor units of money.
    """

    system: ClassVar[str] = "loyalty"
    till_id: int
    purchase: str
    member_id: int | None
    points: int
    worth: int


@dataclass(frozen=True, slots=True)
class PurchaseCancelled(Event):
    """A till cancelled a purchase that was not confirmed; reserved points went back to the member."""

    system: ClassVar[str] = "loyalty"
    till_id: int
    purchase: str
    member_id: int | None
    points_released: int
