"""The words of shopping: products, stores, households and baskets, and what a source of them can do."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

STORE_ZONE = ZoneInfo("America/New_York")
CURRENCY = "USD"


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a source is read: its last `days` whole days, or everything."""

    days: int | None = None


EVERYTHING = Slice()


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a slice holds, so that progress can be shown before the first basket is read."""

    households: int
    baskets: int
    lines: int
    products: int
    stores: int


@dataclass(frozen=True, slots=True)
class ProductGroup:
    """One place in the tree of goods; `code` is the whole path, such as `grocery.soft_drinks`."""

    code: str
    name: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Product:
    """One article; `groups` leads from the department to the narrowest group."""

    sku: str
    name: str
    groups: tuple[ProductGroup, ...]
    brand: str
    package_size: str


@dataclass(frozen=True, slots=True)
class Store:
    """One shop; its opening hours and its days are those of `time_zone`."""

    code: str
    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Household:
    """One customer of the source; the bands are empty where the source does not know them."""

    number: str
    age: str = ""
    income: str = ""
    home: str = ""
    marital_status: str = ""
    size: str = ""
    composition: str = ""
    children: str = ""

    @property
    def has_demographics(self) -> bool:
        """Say whether anything is known besides the purchases."""
        return bool(self.age)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign of the source: its days, the households it reached, and which goods each coupon was for."""

    code: str
    kind: str
    starts_date: date
    ends_date: date
    households: tuple[str, ...]
    coupons: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class BasketLine:
    """One line of a receipt: quantity in thousandths, money in cents; the till's discount is the store's own."""

    sku: str
    name: str
    quantity_thousandths: int
    unit_price_minor: int
    till_discount_minor: int
    is_listed: bool

    @property
    def paid_minor(self) -> int:
        """What the customer paid for the line, in cents."""
        return line_amount(self.unit_price_minor, self.quantity_thousandths) - self.till_discount_minor


@dataclass(frozen=True, slots=True)
class Basket:
    """One receipt as the till wrote it; `sold_at` is in UTC."""

    number: str
    store_code: str
    household: str
    sold_at: datetime
    lines: list[BasketLine]

    @property
    def paid_minor(self) -> int:
        """What the customer paid for the receipt, in cents."""
        return sum(line.paid_minor for line in self.lines)


class Shopping(Protocol):
    """A source of shopping: the installed package or the generated programme."""

    name: str
    origin: str
    default_slice: Slice
    rejected: Counter[str]

    def count(self, part: Slice) -> Counts:
        """Count what a slice holds."""
        ...

    def stores(self, part: Slice = EVERYTHING) -> Iterator[Store]:
        """Yield the stores."""
        ...

    def product_groups(self, part: Slice = EVERYTHING) -> Iterator[ProductGroup]:
        """Yield the groups of goods, parents first."""
        ...

    def products(self, part: Slice = EVERYTHING) -> Iterator[Product]:
        """Yield the products."""
        ...

    def households(self, part: Slice = EVERYTHING) -> Iterator[Household]:
        """Yield the households."""
        ...

    def campaigns(self) -> Iterator[Campaign]:
        """Yield the source's own campaigns."""
        ...

    def heroine(self) -> str:
        """Name the household of the demo's heroine."""
        ...

    def baskets(self, part: Slice, *, limit: int | None = None) -> Iterator[Basket]:
        """Yield the baskets by time; lines that cannot be legal are counted in `rejected`."""
        ...


def line_amount(unit_price_minor: int, quantity_thousandths: int) -> int:
    """Multiply a price in cents by a quantity in thousandths; half a cent goes up."""
    return (unit_price_minor * quantity_thousandths + 500) // 1000


def shift_to(last_day: date, today: date | None) -> timedelta:
    """Say by how much times move so that a history ending on `last_day` ends just before `today`; None leaves it alone.

    Days move by whole weeks, so a Saturday stays a Saturday: the last day becomes the latest day of its weekday that is
    over, that is yesterday or up to six days before. The hour between summer and winter time is part of the answer (one
    amount for the whole history), so the last day ends at the stores' midnight and the order of baskets never changes.
    """
    if today is None:
        return timedelta(0)
    weeks = (today - timedelta(days=1) - last_day).days // 7
    moved = last_day + timedelta(weeks=weeks)
    return _end_of(moved) - _end_of(last_day)


def _end_of(day: date) -> timedelta:
    """Give the stores' midnight after `day` as time since 1970 in UTC."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=STORE_ZONE) + timedelta(days=1)
    return timedelta(seconds=int(midnight.timestamp()))


def distinct_groups(products: Iterator[Product]) -> Iterator[ProductGroup]:
    """Yield every group on the way to the products once, parents before children."""
    seen: dict[str, ProductGroup] = {}
    for product in products:
        for group in product.groups:
            seen.setdefault(group.code, group)
    yield from sorted(seen.values(), key=lambda group: (group.code.count("."), group.code))
