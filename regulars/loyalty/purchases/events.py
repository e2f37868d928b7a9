"""What happens to purchases."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class PurchaseConfirmed(Event):
    """A till confirmed a receipt; money in minor units, points in the smallest, without a member for anonymous purchases."""

    system: ClassVar[str] = "loyalty"
    purchase_id: str
    member_id: int | None
    store_id: int
    total: int
    discount: int
    rounding: int
    points_spent: int
    points: int


@dataclass(frozen=True, slots=True)
class PurchasesImported(Event):
    """Receipts of the past came from another system, many at once."""

    system: ClassVar[str] = "loyalty"
    source: str
    purchases: int
    with_member: int
    lines: int
