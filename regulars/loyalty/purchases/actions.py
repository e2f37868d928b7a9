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
   till_discount, discount, rounding, total, paid_with_points, points_spent, points_earned, offers_version, outcomes)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)
"""
_LINES = """
insert into loyalty_purchases_line
  (till_id, purchase_id, number, sku, name, is_listed, quantity, unit_price, amount, till_discount, discount, rounding,
   total, paid_with_points)
select %s, %s, * from unnest(%s::int[], %s::text[], %s::text[], %s::bool[], %s::bigint[], %s::bigint[], %s::bigint[],
                             %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
"""
_SUMS = ("quantity", "unit_price", "amount", "till_discount", "discount", "rounding", "total", "paid_with_points")
_TENDERS = """
insert into loyalty_purchases_tender (till_id, purchase_id, number, type, amount)
select %s, %s, told.number, told.type, told.amount
  from unnest(%s::text[], %s::bigint[]) with ordinality as told (type, amount, number)
"""
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
    rounding: int
    total: int
    paid_with_points: int


@dataclass(frozen=True, slots=True)
class NewPurchase:
    """A receipt to write down, with tenders as (type, amount) and what the offers gave as (line, offer, kind, amount)."""

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
    rounding: int
    total: int
    paid_with_points: int
    points_spent: int
    points_earned: int
    offers_version: int
    outcomes: Sequence[Any]
    lines: Sequence[NewLine]
    tenders: Sequence[tuple[str, int]]
    benefits: Sequence[tuple[int, int, str, int]]


def add_purchase(batch: sql.Batch, purchase: NewPurchase, *, at: datetime) -> None:
    """Add a receipt with its lines, tenders and benefits to a batch: at most four statements, whatever its length."""
    p = purchase
    batch.add(
        _PURCHASE,
        [
            p.id, p.till_id, p.number, p.public_id, p.store_id, p.partner_id, p.member_id, p.operation_id, p.sold_at,
            at, p.amount, p.till_discount, p.discount, p.rounding, p.total, p.paid_with_points, p.points_spent,
            p.points_earned, p.offers_version, orjson.dumps(p.outcomes).decode(),
        ],
    )  # fmt: skip
    texts = ([getattr(line, column) for line in p.lines] for column in ("sku", "name", "is_listed"))
    sums = (sql.whole_numbers(getattr(line, column) for line in p.lines) for column in _SUMS)
    batch.add(_LINES, [p.till_id, p.id, sql.whole_numbers(line.number for line in p.lines), *texts, *sums])
    if p.tenders:
        types, paid = zip(*p.tenders, strict=True)
        batch.add(_TENDERS, [p.till_id, p.id, list(types), sql.whole_numbers(paid)])
    if p.benefits:
        numbers, offers, kinds, amounts = zip(*p.benefits, strict=True)
        whole = sql.whole_numbers
        batch.add(_BENEFITS, [p.till_id, p.id, whole(numbers), whole(offers), list(kinds), whole(amounts)])
