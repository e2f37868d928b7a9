"""What callers hand in when they add goods, and what they get back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A product group; `parent` is the code of the group above, empty at the top."""

    code: str
    name: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product; `group` is the code of its own group, `unit_price` the shelf price in minor units."""

    sku: str
    name: str
    brand: str = ""
    group: str = ""
    unit_price: int = 0
    partner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows were new, how many differed, and how many were there already as given."""

    added: int
    changed: int
    unchanged: int
