"""Looks at products and their groups."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from regulars.kit import sql
from regulars.loyalty.goods.models import Product, ProductGroup

_FIND = """
select id, sku, name, brand, groups, unit_price from loyalty_goods_product where sku = any(%s::text[])
"""


@dataclass(frozen=True, slots=True)
class ProductAt:
    """A product as a receipt needs it; `groups` are the codes of its own group and all above."""

    id: int
    sku: str
    name: str
    brand: str
    groups: list[str]
    unit_price: int


def find_by_sku(skus: Iterable[str]) -> dict[str, ProductAt]:
    """The known products among these, by stock-keeping unit; one statement."""
    return {product.sku: product for product in sql.fetch(ProductAt, _FIND, [list(skus)])}


def add_find_by_sku(batch: sql.Batch, skus: Sequence[str]) -> int:
    """Add the same look to a batch, for callers who count round trips; read its rows with `read_products`."""
    return batch.add(_FIND, [list(skus)])


def read_products(rows: Iterable[dict[str, Any]]) -> dict[str, ProductAt]:
    """Read what `add_find_by_sku` asked for."""
    return {row["sku"]: ProductAt(**row) for row in rows}


def search(text: str, *, limit: int = 20) -> list[Product]:
    """Products whose name or brand holds the text or whose number begins with it, in the order of names."""
    words = text.split()[:5]
    found = Product.objects.all()
    for word in words:
        found = found.filter(Q(name__icontains=word) | Q(brand__icontains=word) | Q(sku__startswith=word))
    return list(found.order_by("name", "sku")[:limit]) if words else []


def list_products(*, limit: int) -> list[Product]:
    """The first products that have a price, in the order of names."""
    return list(Product.objects.filter(unit_price__gt=0).order_by("name", "sku")[:limit])


def list_groups() -> list[ProductGroup]:
    """All product groups in the order of their codes."""
    return list(ProductGroup.objects.order_by("code"))


def count_products() -> int:
    """How many products are known."""
    return Product.objects.count()
