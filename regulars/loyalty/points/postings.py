"""What time has done to points, written down for many members at once: activation, expiry, and holds that took too long.

A posting finds what is due and locks the balance rows behind it, passing over those that somebody else has locked; so several
workers share the work, and none waits. Then, in a statement of its own that sees what was changed before the lock, it
posts one operation per member and currency, or per hold. The operation's key makes sure that an instant is posted once; what
was posted is due no more.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.loyalty.points import operations
from regulars.loyalty.points.models import OperationKind
from regulars.loyalty.points.statements import ACCOUNT, ENTRY, Statement

BY = Actor.system("scheduler")
_SOURCE = "points"
_LOOK_AHEAD = 4  # so that a worker finds something behind what others have locked
_BODY = operations.key(_SOURCE, "", {}).body_hash
_LOCK = """
  join loyalty_points_balance b using (member_id, currency_id) order by due_at limit %(limit)s for update of b skip locked
"""
_EACH = "unnest(%(members)s::bigint[], %(which)s::bigint[])"
_OPERATION = """
operation as (
  insert into loyalty_points_operation
    (source, external_key, body_hash, kind, member_id, answer, recorded_at, by_kind, by_id, door)
  select %(source)s, key, %(body)s, %(kind)s, member_id, jsonb_build_object('amount', amount), %(at)s, %(by_kind)s, %(by_id)s,
         %(door)s from posting where amount > 0
  on conflict (source, external_key) do nothing
  returning id, external_key
)"""
_KEY = "concat_ws(':', %(kind)s::text, member_id, currency_id, %(instant)s::text)"
_TOLD = """
select p.member_id, p.shares, p.amount::bigint as amount, c.code as currency_code, coalesce(m.public_id, '') as person_id
  from posted p left join loyalty_members_member m on m.id = p.member_id
  left join loyalty_programme_pointscurrency c on c.id = p.currency_id
"""


@dataclass(frozen=True, slots=True)
class Posting:
    """One kind of posting: the operation it makes, what is due for whom, and the statement that posts it."""

    kind: OperationKind
    due: str
    post: Statement


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted for one member: from how many lots or shares, and how many points moved."""

    member_id: int
    person_id: str
    currency_code: str
    shares: int
    amount: int


@dataclass(frozen=True, slots=True, order=True)
class _Due:
    member_id: int
    which: int


ACTIVATION = Posting(
    OperationKind.ACTIVATION,
    f"""
select member_id, currency_id as which from (
  select member_id, currency_id, activates_at as due_at from loyalty_points_lot
   where not is_active and remaining > 0 and activates_at <= %(at)s and (expires_at is null or expires_at > %(at)s)
   order by activates_at limit %(look_at)s) due {_LOCK}""",
    Statement(f"""
with due as (
  select l.* from {_EACH} w (member_id, currency_id) cross join lateral (
    select member_id, id, currency_id, remaining - held as amount from loyalty_points_lot
     where member_id = w.member_id and currency_id = w.currency_id and not is_active and remaining > 0
       and activates_at <= %(at)s and (expires_at is null or expires_at > %(at)s) offset 0) l
), posting as (
  select member_id, currency_id, {_KEY} as key, count(*) as shares, sum(amount) as amount from due group by 1, 2
), {_OPERATION}, posted as (
  select p.*, o.id as operation_id from posting p left join operation o on o.external_key = p.key
   where o.id is not null or p.amount = 0
), taken as (
  select d.*, p.operation_id from due d join posted p using (member_id, currency_id)
), lot as (
  update loyalty_points_lot l set is_active = true from taken t where l.member_id = t.member_id and l.id = t.id
), entry as (
  insert into {ENTRY}
  select member_id, operation_id, currency_id, account, case account when 'pending' then -amount else amount end, id, %(at)s
    from taken cross join unnest(array['pending', 'available']) account where amount > 0
), balance as (
  update loyalty_points_balance b set available = b.available + p.amount, pending = b.pending - p.amount from posted p
   where b.member_id = p.member_id and b.currency_id = p.currency_id
)
{_TOLD}
"""),
)

EXPIRY = Posting(
    OperationKind.EXPIRY,
    f"""
select member_id, currency_id as which from (
  select member_id, currency_id, expires_at as due_at from loyalty_points_lot
   where remaining > held and expires_at <= %(at)s order by expires_at limit %(look_at)s) due {_LOCK}""",
    Statement(f"""
with due as (
  select l.* from {_EACH} w (member_id, currency_id) cross join lateral (
    select member_id, id, currency_id, is_active, remaining - held as amount from loyalty_points_lot
     where member_id = w.member_id and currency_id = w.currency_id and remaining > 0 and remaining > held
       and expires_at <= %(at)s offset 0) l
), posting as (
  select member_id, currency_id, {_KEY} as key, count(*) as shares, sum(amount) as amount,
         coalesce(sum(amount) filter (where is_active), 0) as available,
         coalesce(sum(amount) filter (where not is_active), 0) as pending
    from due group by 1, 2
), {_OPERATION}, posted as (
  select p.*, o.id as operation_id from posting p join operation o on o.external_key = p.key
), taken as (
  select d.*, p.operation_id from due d join posted p using (member_id, currency_id)
), lot as (
  update loyalty_points_lot l set remaining = l.remaining - t.amount from taken t
   where l.member_id = t.member_id and l.id = t.id
), draw as (
  insert into loyalty_points_draw (member_id, operation_id, lot_id, amount)
  select member_id, operation_id, id, amount from taken
), entry as (
  insert into {ENTRY}
  select member_id, operation_id, currency_id, {ACCOUNT}, -amount, id, %(at)s from taken
  union all
  select member_id, operation_id, currency_id, 'expired', amount, null, %(at)s from posted
), balance as (
  update loyalty_points_balance b set available = b.available - p.available, pending = b.pending - p.pending from posted p
   where b.member_id = p.member_id and b.currency_id = p.currency_id
)
{_TOLD}
"""),
)

RELEASE = Posting(
    OperationKind.RELEASE,
    f"""
select member_id, operation_id as which from (
  select member_id, currency_id, operation_id, expires_at as due_at from loyalty_points_hold
   where state = 'held' and expires_at <= %(at)s order by expires_at limit %(look_at)s) due {_LOCK}""",
    Statement(f"""
with due as (
  select h.* from {_EACH} w (member_id, operation_id) cross join lateral (
    select member_id, operation_id as hold_operation_id, currency_id, lot_id, amount from loyalty_points_hold
     where member_id = w.member_id and operation_id = w.operation_id and state = 'held' and expires_at <= %(at)s offset 0) h
), posting as (
  select member_id, currency_id, hold_operation_id, concat('hold:', hold_operation_id) as key, count(*) as shares,
         sum(amount) as amount from due group by 1, 2, 3
), {_OPERATION}, posted as (
  select p.*, o.id as operation_id from posting p join operation o on o.external_key = p.key
), share as (
  select d.*, p.operation_id from due d join posted p using (member_id, currency_id, hold_operation_id)
), hold as (
  update loyalty_points_hold h set state = 'released' from share s
   where h.member_id = s.member_id and h.operation_id = s.hold_operation_id and h.lot_id = s.lot_id
), lot as (
  update loyalty_points_lot l set held = l.held - s.amount
    from (select member_id, lot_id, sum(amount) as amount from share group by 1, 2) s
   where l.member_id = s.member_id and l.id = s.lot_id
  returning l.member_id, l.id, l.is_active
), back as (
  select s.*, l.is_active from share s join lot l on l.member_id = s.member_id and l.id = s.lot_id
), entry as (
  insert into {ENTRY}
  select member_id, operation_id, currency_id, 'held', -amount, lot_id, %(at)s from back
  union all
  select member_id, operation_id, currency_id, {ACCOUNT}, amount, lot_id, %(at)s from back
), balance as (
  update loyalty_points_balance b
     set available = b.available + s.available, pending = b.pending + s.pending, held = b.held - s.amount
    from (select member_id, currency_id, sum(amount) as amount,
                 coalesce(sum(amount) filter (where is_active), 0) as available,
                 coalesce(sum(amount) filter (where not is_active), 0) as pending
            from back group by 1, 2) s
   where b.member_id = s.member_id and b.currency_id = s.currency_id
)
{_TOLD}
"""),
)


def post(posting: Posting, *, at: datetime, limit: int) -> list[Posted]:
    """Post what is due, at most so many lots and what else is due for their members; joins the open transaction."""
    assert transaction.get_connection().in_atomic_block
    due = sorted(set(sql.fetch(_Due, posting.due, {"at": at, "limit": limit, "look_at": limit * _LOOK_AHEAD})))
    if not due:
        return []
    given: dict[str, Any] = {
        "members": sql.whole_numbers(one.member_id for one in due),
        "which": sql.whole_numbers(one.which for one in due),
        "kind": posting.kind,
        "source": _SOURCE,
        "body": _BODY,
        "at": at,
        "instant": at.astimezone(UTC).isoformat(),
        "by_kind": BY.kind,
        "by_id": BY.id,
        "door": BY.door,
    }
    batch = sql.Batch()
    place = posting.post.add_to(batch, **given)
    return [Posted(**row) for row in batch.send()[place]]
