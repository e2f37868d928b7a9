"""The statements that move points: each changes lots, entries and the balance row together, in one go.

Whoever changes a member's lots first locks the balance row, in a statement of its own: the next statement then sees what the
one before in line has left. What can be used is a matter of time, so a lot that is due counts as active before its
activation is posted; what is taken from it then leaves the account `pending` instead of `available`.
"""

import re
from typing import Any

from regulars.kit import sql


class Statement:
    """A statement with named parameters, for a batch, which knows only places."""

    def __init__(self, text: str) -> None:
        """Keep the text and the order of its names."""
        self._names: list[str] = re.findall(r"%\((\w+)\)s", text)
        self._text = re.sub(r"%\(\w+\)s", "%s", text)

    def add_to(self, batch: sql.Batch, **given: Any) -> int:
        """Add it to a batch; answers the place of its rows."""
        return batch.add(self._text, [given[name] for name in self._names])


_USABLE = "(is_active or activates_at <= %(at)s) and (expires_at is null or expires_at > %(at)s)"
# The first half follows from the second, but only the first tells PostgreSQL that the index of open lots will do.
_FREE = "remaining > 0 and remaining > held"
_FREE_NOW = f"""(select coalesce(sum(remaining - held), 0) from loyalty_points_lot l
                  where l.member_id = %(member_id)s and l.currency_id = b.currency_id and {_FREE} and {_USABLE})"""
_TAKEN = f"""
open_lot as (
  select id, is_active, remaining - held as free,
         sum(remaining - held) over (order by expires_at nulls last, activates_at, id) as upto
    from loyalty_points_lot
   where member_id = %(member_id)s and currency_id = %(currency_id)s and {_FREE} and {_USABLE}
), usable as (
  select coalesce(sum(free), 0) as amount from open_lot
), taken as (
  select id, is_active, least(free, %(amount)s - (upto - free)) as amount
    from open_lot where upto - free < %(amount)s and (select amount from usable) >= %(amount)s
), by_account as (
  select coalesce(sum(amount) filter (where is_active), 0) as available,
         coalesce(sum(amount) filter (where not is_active), 0) as pending, sum(amount) as amount
    from taken having count(*) > 0
)"""
ACCOUNT = "case when is_active then 'available' else 'pending' end"
ENTRY = "loyalty_points_entry (member_id, operation_id, currency_id, account, amount, lot_id, recorded_at)"

ACCRUE = Statement(f"""
with given as (
  select * from unnest(%(amounts)s::bigint[], %(activates)s::timestamptz[], %(expires)s::timestamptz[], %(offers)s::bigint[])
    as given (amount, activates_at, expires_at, offer_id)
), lot as (
  insert into loyalty_points_lot (member_id, currency_id, operation_id, amount, remaining, held, activates_at, expires_at,
                                  is_active, source_kind, purchase_id, offer_id)
  select %(member_id)s, %(currency_id)s, %(operation_id)s, amount, amount, 0, activates_at, expires_at,
         activates_at <= %(at)s, %(kind)s, %(purchase_id)s, offer_id from given
  returning id, amount, is_active, {_USABLE} as is_usable
), entry as (
  insert into {ENTRY}
  select %(member_id)s, %(operation_id)s, %(currency_id)s, {ACCOUNT}, amount, id, %(at)s from lot
  union all
  select %(member_id)s, %(operation_id)s, %(currency_id)s, 'issued', -sum(amount), null, %(at)s from lot
)
insert into loyalty_points_balance as b (member_id, currency_id, available, pending, held, debt)
select %(member_id)s, %(currency_id)s, coalesce(sum(amount) filter (where is_active), 0),
       coalesce(sum(amount) filter (where not is_active), 0), 0, 0
  from lot
on conflict (member_id, currency_id) do update
   set available = b.available + excluded.available, pending = b.pending + excluded.pending
returning ({_FREE_NOW} + (select coalesce(sum(amount) filter (where is_usable), 0) from lot))::bigint as available
""")

LOCK = Statement(
    "select 1 from loyalty_points_balance where member_id = %(member_id)s and currency_id = %(currency_id)s for update"
)
LOCK_ALL = Statement(
    "select 1 from loyalty_points_balance where member_id = %(member_id)s order by currency_id for update"
)
LOCK_HELD = Statement("""
select 1 from loyalty_points_balance where member_id = %(member_id)s and currency_id in (
  select currency_id from loyalty_points_hold where member_id = %(member_id)s and operation_id = %(hold_operation_id)s)
 order by currency_id for update
""")

DRAW = Statement(f"""
with {_TAKEN}, lot as (
  update loyalty_points_lot l set remaining = l.remaining - t.amount from taken t
   where l.member_id = %(member_id)s and l.id = t.id
), draw as (
  insert into loyalty_points_draw (member_id, operation_id, lot_id, amount)
  select %(member_id)s, %(operation_id)s, id, amount from taken
), entry as (
  insert into {ENTRY}
  select %(member_id)s, %(operation_id)s, %(currency_id)s, {ACCOUNT}, -amount, id, %(at)s from taken
  union all
  select %(member_id)s, %(operation_id)s, %(currency_id)s, %(account)s, amount, null, %(at)s from by_account
)
update loyalty_points_balance b set available = b.available - s.available, pending = b.pending - s.pending from by_account s
 where b.member_id = %(member_id)s and b.currency_id = %(currency_id)s
returning ((select amount from usable) - s.amount)::bigint as available
""")

HOLD = Statement(f"""
with {_TAKEN}, lot as (
  update loyalty_points_lot l set held = l.held + t.amount from taken t
   where l.member_id = %(member_id)s and l.id = t.id
), hold as (
  insert into loyalty_points_hold (member_id, operation_id, currency_id, lot_id, amount, state, expires_at)
  select %(member_id)s, %(operation_id)s, %(currency_id)s, id, amount, 'held', %(expires_at)s from taken
), entry as (
  insert into {ENTRY}
  select %(member_id)s, %(operation_id)s, %(currency_id)s, {ACCOUNT}, -amount, id, %(at)s from taken
  union all
  select %(member_id)s, %(operation_id)s, %(currency_id)s, 'held', amount, id, %(at)s from taken
)
update loyalty_points_balance b
   set available = b.available - s.available, pending = b.pending - s.pending, held = b.held + s.amount from by_account s
 where b.member_id = %(member_id)s and b.currency_id = %(currency_id)s
returning ((select amount from usable) - s.amount)::bigint as available, b.held
""")

RELEASE = Statement(f"""
with hold as (
  update loyalty_points_hold set state = 'released'
   where member_id = %(member_id)s and operation_id = %(hold_operation_id)s and state = 'held'
  returning lot_id, amount
), lot as (
  update loyalty_points_lot l set held = l.held - h.amount from hold h
   where l.member_id = %(member_id)s and l.id = h.lot_id
  returning l.id, l.currency_id, l.is_active, {_USABLE} as is_usable, h.amount
), entry as (
  insert into {ENTRY}
  select %(member_id)s, %(operation_id)s, currency_id, 'held', -amount, id, %(at)s from lot
  union all
  select %(member_id)s, %(operation_id)s, currency_id, {ACCOUNT}, amount, id, %(at)s from lot
), by_account as (
  select currency_id, sum(amount) as amount, coalesce(sum(amount) filter (where is_active), 0) as available,
         coalesce(sum(amount) filter (where not is_active), 0) as pending,
         coalesce(sum(amount) filter (where is_usable), 0) as usable
    from lot group by currency_id
)
update loyalty_points_balance b
   set available = b.available + s.available, pending = b.pending + s.pending, held = b.held - s.amount from by_account s
 where b.member_id = %(member_id)s and b.currency_id = s.currency_id
returning s.amount::bigint as amount, ({_FREE_NOW} + s.usable)::bigint as available, b.held
""")

REDEEM_HELD = Statement(f"""
with hold as (
  update loyalty_points_hold set state = 'redeemed'
   where member_id = %(member_id)s and operation_id = %(hold_operation_id)s and state = 'held'
  returning lot_id, amount
), lot as (
  update loyalty_points_lot l set remaining = l.remaining - h.amount, held = l.held - h.amount from hold h
   where l.member_id = %(member_id)s and l.id = h.lot_id
  returning l.id, l.currency_id, h.amount
), draw as (
  insert into loyalty_points_draw (member_id, operation_id, lot_id, amount)
  select %(member_id)s, %(operation_id)s, id, amount from lot
), by_account as (
  select currency_id, sum(amount) as amount from lot group by currency_id
), entry as (
  insert into {ENTRY}
  select %(member_id)s, %(operation_id)s, currency_id, 'held', -amount, id, %(at)s from lot
  union all
  select %(member_id)s, %(operation_id)s, currency_id, 'redeemed', amount, null, %(at)s from by_account
)
update loyalty_points_balance b set held = b.held - s.amount from by_account s
 where b.member_id = %(member_id)s and b.currency_id = s.currency_id
returning s.amount::bigint as amount, {_FREE_NOW}::bigint as available, b.held
""")

FORFEIT = Statement(f"""
with lot as (
  update loyalty_points_lot l set remaining = 0, held = 0 from (
    select member_id, id, remaining, held from loyalty_points_lot
     where member_id = %(member_id)s and remaining > 0 for update) o
   where l.member_id = o.member_id and l.id = o.id
  returning l.id, l.currency_id, l.is_active, o.remaining - o.held as free, o.held, o.remaining as amount
), hold as (
  update loyalty_points_hold set state = 'released' where member_id = %(member_id)s and state = 'held'
), draw as (
  insert into loyalty_points_draw (member_id, operation_id, lot_id, amount)
  select %(member_id)s, %(operation_id)s, id, amount from lot
), entry as (
  insert into {ENTRY}
  select %(member_id)s, %(operation_id)s, currency_id, {ACCOUNT}, -free, id, %(at)s from lot where free > 0
  union all
  select %(member_id)s, %(operation_id)s, currency_id, 'held', -held, id, %(at)s from lot where held > 0
  union all
  select %(member_id)s, %(operation_id)s, currency_id, 'forfeited', sum(amount), null, %(at)s from lot group by currency_id
), balance as (
  update loyalty_points_balance set available = 0, pending = 0, held = 0 where member_id = %(member_id)s
)
select coalesce(sum(amount), 0)::bigint as amount from lot
""")
