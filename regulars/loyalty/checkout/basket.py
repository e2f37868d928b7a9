"""What a till sends and what it gets back: plain values, money in minor units, quantities in thousandths."""

from dataclasses import dataclass
from datetime import datetime

from regulars.loyalty.checkout.scans import Identifier

MAX_LINES = 1_000
POINTS = "points"


@dataclass(frozen=True, slots=True)
class BasketLine:
    """One line as the till rang it up; `till_discount` is what the till took off the whole line by itself."""

    number: int
    sku: str
    name: str
    quantity: int
    unit_price: int
    till_discount: int = 0


@dataclass(frozen=True, slots=True)
class Tender:
    """How much was paid, and how, by the till's own codes: `cash`, `card`, …; only `points` means something to us."""

    type: str
    amount: int


@dataclass(frozen=True, slots=True)
class Basket:
    """A receipt in the making; without a customer it is an anonymous purchase."""

    lines: tuple[BasketLine, ...]
    sold_at: datetime
    currency: str
    customer: Identifier | None = None
    quote: str = ""
    tenders: tuple[Tender, ...] = ()
