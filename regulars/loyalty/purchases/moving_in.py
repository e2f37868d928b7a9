"""Brings receipts along from another system by sets: facts of the past, which earn nothing and are not priced."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from regulars.journal import actions as journal
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.loyalty.purchases.events import PurchasesImported

_HOLD = """
select 1 from loyalty_members_member where id in (select member_id from ({receipts}) r) order by id for share
"""
_ADD = """
with receipt as materialized (
  select r.*, nextval(pg_get_serial_sequence('loyalty_purchases_purchase', 'id')) as id
    from ({receipts}) r left join loyalty_members_member m on m.id = r.member_id
   where m.state is distinct from 'gone' order by r.place
), told as materialized ({lines}), sums as (
  select place, sum(total + discount) as amount, sum(discount) as discount from told group by place
), purchase as (
  insert into loyalty_purchases_purchase
    (id, till_id, number, public_id, store_id, partner_id, member_id, operation_id, sold_at, confirmed_at, amount, till_discount,
     discount, total, points_earned, offers_version, outcomes)
  select r.id, r.till_id, r.number, r.public_id, r.store_id, r.partner_id, r.member_id, %(operation)s, r.sold_at, r.sold_at,
         coalesce(s.amount, r.total), coalesce(s.discount, 0), 0, r.total, 0, 0, '[]'
    from receipt r left join sums s using (place)
  on conflict (till_id, number) do nothing returning id, member_id
), line as (
  insert into loyalty_purchases_line
    (till_id, purchase_id, number, sku, name, is_listed, quantity, unit_price, amount, till_discount, discount, total)
  select r.till_id, r.id, t.line, t.sku, coalesce(nullif(t.name, ''), g.name, t.sku), g.id is not null, t.quantity,
         coalesce(t.unit_price, round((t.total + t.discount) * 1000.0 / nullif(t.quantity, 0)), 0), t.total + t.discount,
         t.discount, 0, t.total
    from told t join receipt r using (place) join purchase p on p.id = r.id
    left join loyalty_goods_product g on g.sku = t.sku
  returning 1
)
select count(*) as receipts, count(member_id) as with_member, (select count(*) from line) as lines from purchase
"""


def add_receipts(
    receipts: str, lines: str, params: Mapping[str, Any], *, source: str, operation_id: int, by: Actor, at: datetime
) -> int:
    """Add the receipts and lines that two queries find, in an open transaction; answers how many receipts. Known ones stay.

    Columns of `receipts`: place, till_id, number, public_id, store_id, partner_id, member_id, sold_at, total; of `lines`:
    place (of their receipt), line, sku, name, quantity, unit_price, discount, total. Discounts count as given by the till.
    A receipt of somebody who has left is not taken.
    """
    sql.run(_HOLD.format(receipts=receipts), params)
    statement = _ADD.format(receipts=receipts, lines=lines)
    added = sql.fetch(dict, statement, {**params, "operation": operation_id})[0]
    if added["receipts"]:
        event = PurchasesImported(source, added["receipts"], added["with_member"], added["lines"])
        journal.record(event, by=by, at=at)
    return int(added["receipts"])
