"""Writes receipts down as the till told them; decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from regulars.kit import sql

_PURCHASE = """
insert into loyalty_purchases_purchase
  (id, till_id, number, public_id, store_id, partner_id, member_id, operation_id, sold_at, confirmed_at, amount,
   till_discount, discount, total, points_earned, offers_version, outcomes)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)
"""
_LINES = """
insert into loyalty_purchases_line
  (till_id, purchase_id, number, sku, name, is_listed, quantity, unit_price, amount, till_discount, discount, total)
select %s, %s, * from unnest(%s::int[], %s::text[], %s::text[], %s::bool[], %s::bigint[], %s::bigint[], %s::bigint[],
                             %s::bigint[], %s::bigint[], %s::bigint[])
"""
_SUMS = ("quantity", "unit_price", "amount", "till_discount", "discount", "total")
_BENEFITS = """
insert into loyalty_purchases_benefit (till_id, purchase_id, line_number, offer_id, kind, amount)
select %s, %s, * from unnest(%s::int[], %s::bigint[], %s::text[], %s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line as it was sold; money in minor units, quantity in thousandths."""

    number: int
    sku: str
    name: str
    is_listed: bool
    quantity: int
    unit_price: int
    amount: int
    till_discount: int
    discount: int
    total: int


@dataclass(frozen=True, slots=True)
class NewPurchase:
    """A receipt to write down, with what the offers gave as (line, offer, kind, amount)."""

    id: int
    till_id: int
    number: str
    public_id: str
    store_id: int
    partner_id: int
    member_id: int | None
    operation_id: int
    sold_at: datetime
    amount: int
    till_discount: int
    discount: int
    total: int
    points_earned: int
    offers_version: int
    outcomes: Sequence[Any]
    lines: Sequence[NewLine]
    benefits: Sequence[tuple[int, int, str, int]]


def add_purchase(batch: sql.Batch, purchase: NewPurchase, *, at: datetime) -> None:
    """Add a receipt with its lines and benefits to a batch: at most three statements, whatever its length."""
    p = purchase
    batch.add(
        _PURCHASE,
        [
            p.id, p.till_id, p.number, p.public_id, p.store_id, p.partner_id, p.member_id, p.operation_id, p.sold_at,
            at, p.amount, p.till_discount, p.discount, p.total, p.points_earned, p.offers_version,
            orjson.dumps(p.outcomes).decode(),
        ],
    )  # fmt: skip
    texts = ([getattr(line, column) for line in p.lines] for column in ("sku", "name", "is_listed"))
    sums = (sql.whole_numbers(getattr(line, column) for line in p.lines) for column in _SUMS)
    batch.add(_LINES, [p.till_id, p.id, sql.whole_numbers(line.number for line in p.lines), *texts, *sums])
    if p.benefits:
        numbers, offers, kinds, amounts = zip(*p.benefits, strict=True)
        whole = sql.whole_numbers
        batch.add(_BENEFITS, [p.till_id, p.id, whole(numbers), whole(offers), list(kinds), whole(amounts)])
