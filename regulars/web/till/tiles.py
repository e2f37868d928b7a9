"""The tiles on the left: what sells here most, or what was searched for."""

import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.kit.text import is_storable
from regulars.loyalty.goods import queries as goods
from regulars.loyalty.purchases import queries as purchases

if TYPE_CHECKING:
    from regulars.loyalty.goods.models import Product

HUES = 6
MOST = 48
KEPT_S = 60.0
_popular: tuple[float, list["Tile"]] | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """One product to tap; its hue is that of its group."""

    id: str
    name: str
    price: int
    hue: int


def find(text: str) -> list[Tile]:
    """The products that fit a text; without one the most bought, at most a minute old."""
    global _popular
    if text := text.strip()[:100]:
        return _drawn(goods.search(text, limit=MOST)) if is_storable(text) else []
    ticks = time.monotonic()
    if _popular is None or ticks - _popular[0] > KEPT_S:
        _popular = (ticks, _most_bought())
    return _popular[1]


def forget() -> None:
    """Look again at the next question."""
    global _popular
    _popular = None


def _most_bought() -> list[Tile]:
    skus = purchases.list_popular_skus(limit=MOST)
    known = goods.find_by_sku(skus)
    found = [known[sku] for sku in skus if sku in known]
    return _drawn(found or goods.list_products(limit=MOST))


def _drawn(products: "Iterable[Product] | Iterable[goods.ProductAt]") -> list[Tile]:
    return [
        Tile(product.sku, product.name, product.unit_price, _hue(product.groups))
        for product in products
        if product.unit_price > 0
    ]


def _hue(groups: list[str]) -> int:
    """Two steps down the tree: finer than a department, coarser than an article."""
    upper = sorted(groups, key=len)[:2]
    return zlib.crc32(upper[-1].encode()) % HUES if upper else HUES - 1
