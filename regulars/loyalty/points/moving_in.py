"""Brings points along from another system by sets: each lot in an operation of its own, whose key says that it came once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from regulars.journal import actions as journal
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.loyalty.points import operations
from regulars.loyalty.points.events import PointsImported
from regulars.loyalty.points.models import OperationKind
from regulars.loyalty.points.statements import ACCOUNT, ENTRY

_HOLD = """
select 1 from loyalty_members_member where id in (select member_id from ({given}) g) order by id for share
"""
_LOCK = """
select 1 from loyalty_points_balance where member_id in (select member_id from ({given}) g) order by member_id, currency_id
   for update
"""
_ADD = f"""
with given as materialized (
  select g.* from ({{given}}) g join loyalty_members_member m on m.id = g.member_id and m.state <> 'gone'
), operation as (
  insert into loyalty_points_operation
    (source, external_key, body_hash, kind, member_id, answer, recorded_at, by_kind, by_id, door)
  select %(source)s, key, sha256(convert_to(concat_ws('|', amount, activates_at, expires_at), 'UTF8')), %(kind)s, member_id,
         jsonb_build_object('amount', amount), %(at)s, %(by_kind)s, %(by_id)s, %(door)s
    from given order by place
  on conflict (source, external_key) do nothing returning id, external_key
), lot as (
  insert into loyalty_points_lot (member_id, currency_id, operation_id, amount, remaining, held, activates_at, expires_at,
                                  is_active, source_kind, purchase_id, offer_id)
  select g.member_id, g.currency_id, o.id, g.amount, g.amount, 0, coalesce(g.activates_at, %(at)s), g.expires_at,
         coalesce(g.activates_at, %(at)s) <= %(at)s, %(kind)s, null, null
    from given g join operation o on o.external_key = g.key order by g.place
  returning id, member_id, currency_id, operation_id, amount, is_active
), entry as (
  insert into {ENTRY}
  select member_id, operation_id, currency_id, {ACCOUNT}, amount, id, %(at)s::timestamptz from lot
  union all
  select member_id, operation_id, currency_id, 'issued', -amount, null, %(at)s::timestamptz from lot
), balance as (
  insert into loyalty_points_balance as b (member_id, currency_id, available, pending, held, debt)
  select member_id, currency_id, coalesce(sum(amount) filter (where is_active), 0),
         coalesce(sum(amount) filter (where not is_active), 0), 0, 0
    from lot group by member_id, currency_id order by member_id, currency_id
  on conflict (member_id, currency_id) do update
     set available = b.available + excluded.available, pending = b.pending + excluded.pending
)
select c.code, count(*) as lots, count(distinct l.member_id) as members, sum(l.amount)::bigint as amount
  from lot l join loyalty_programme_pointscurrency c on c.id = l.currency_id group by c.code order by c.code
"""


@operations.refusing
def add_lots(given: str, params: Mapping[str, Any], *, source: str, by: Actor, at: datetime) -> int:
    """Add the lots that the query `given` finds, in an open transaction; answers how many. A key that is there stays as it is.

    Its columns: place, key, member_id, currency_id, amount (in the smallest unit), activates_at (null: now), expires_at.
    Who has left gets nothing. Nobody is told anything: a lot whose time is over expires by itself. Raises `SumTooLarge`.
    """
    for lock in (_HOLD, _LOCK):
        sql.run(lock.format(given=given), params)
    more = {
        "source": source,
        "kind": OperationKind.MOVED_IN,
        "at": at,
        "by_kind": by.kind,
        "by_id": by.id,
        "door": by.door,
    }
    added = sql.fetch(dict, _ADD.format(given=given), {**params, **more})
    for row in added:
        event = PointsImported(source, row["code"], row["members"], row["lots"], row["amount"])
        journal.record(event, by=by, at=at)
    return sum(row["lots"] for row in added)
