"""Looks at points: balances as a function of lots and time, history, and the audit of the whole book."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q

from regulars.kit import sql
from regulars.loyalty.points.models import Lot
from regulars.loyalty.programme import queries as programme


@dataclass(frozen=True, slots=True)
class BalanceAt:
    """What a member has at an instant, in the smallest unit: usable, not yet usable, held, owed, and the next to expire."""

    available: int
    pending: int
    held: int
    debt: int
    next_expiry_at: datetime | None
    next_expiry_amount: int


_AT = """
with open_lot as (
  select remaining - held as free, activates_at, expires_at from loyalty_points_lot
   where member_id = %(member)s and currency_id = %(currency)s and remaining > 0 and remaining > held
     and (expires_at is null or expires_at > %(at)s)
), usable as (select * from open_lot where activates_at <= %(at)s),
next as (select min(expires_at) as at from usable)
select (coalesce((select sum(free) from usable), 0))::bigint as available,
       (coalesce((select sum(free) from open_lot where activates_at > %(at)s), 0))::bigint as pending,
       coalesce(b.held, 0) as held, coalesce(b.debt, 0) as debt,
       next.at as next_expiry_at,
       (coalesce((select sum(free) from usable where expires_at = next.at), 0))::bigint as next_expiry_amount
  from next left join loyalty_points_balance b on b.member_id = %(member)s and b.currency_id = %(currency)s
"""


def get_balance(member_id: int, currency_id: int, *, at: datetime) -> BalanceAt:
    """The balance at an instant, from the lots: right whether or not expiry and activation were posted."""
    found = sql.first(BalanceAt, _AT, {"member": member_id, "currency": currency_id, "at": at})
    assert found is not None
    return found


def list_lots(member_id: int, *, at: datetime) -> list[Lot]:
    """The lots with points that are not held, in the order in which they will be spent."""
    free = Q(remaining__gt=0) & Q(remaining__gt=F("held"))  # the first half is for the index of open lots
    usable = Lot.objects.filter(free, member_id=member_id).exclude(expires_at__lte=at)
    return sorted(usable, key=lambda lot: (lot.expires_at is None, lot.expires_at, lot.activates_at, lot.pk))


@dataclass(frozen=True, slots=True)
class Expiry:
    """Points that can be used until the end of a day, or until a time on it."""

    on: date
    amount: int


_EXPIRIES = """
select ((expires_at - interval '1 microsecond') at time zone %(zone)s)::date as "on", sum(remaining - held)::bigint as amount
  from loyalty_points_lot
 where member_id = %(member)s and currency_id = %(currency)s and remaining > 0 and remaining > held
   and activates_at <= %(at)s and expires_at > %(at)s
 group by 1 order by 1
"""


def list_expiries(member_id: int, at: datetime, zone: str = "") -> list[Expiry]:
    """What a member can use now, in the default currency, and may lose: by the last day of its use.

    Days are those of `zone`, else of the programme.
    """
    zone = zone or programme.get().time_zone
    given = {"member": member_id, "currency": programme.get_currency().pk, "at": at, "zone": zone}
    return sql.fetch(Expiry, _EXPIRIES, given)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One operation of a member's account: its net effect on what the member has, and how many points it moved.

    Holding, giving back and activation move points between the member's own accounts, so their effect is nothing.
    """

    operation_id: int
    kind: str
    recorded_at: datetime
    amount: int
    moved: int


def list_history(member_id: int, limit: int = 50, *, is_whole: bool = True) -> list[HistoryRow]:
    """The member's operations, newest first; if not whole, only those that changed what the member has."""
    return sql.fetch(
        HistoryRow,
        """select e.operation_id, o.kind, o.recorded_at, sum(e.amount)::bigint as amount,
                  greatest(sum(e.amount) filter (where e.amount > 0), -sum(e.amount) filter (where e.amount < 0))::bigint
                    as moved
             from loyalty_points_entry e join loyalty_points_operation o on o.id = e.operation_id
            where e.member_id = %s and e.account in ('available', 'pending', 'held', 'debt')
            group by e.operation_id, o.kind, o.recorded_at having %s or sum(e.amount) <> 0
            order by o.recorded_at desc, e.operation_id desc limit %s""",
        [member_id, is_whole, limit],
    )


@dataclass(frozen=True, slots=True)
class Audit:
    """What must be zero, and how many points are outstanding."""

    sum_of_entries: int
    unbalanced_operations: int
    balances_off_entries: int
    balances_off_lots: int
    lots_off_holds: int
    issued: int

    def holds(self) -> bool:
        """Whether the book balances."""
        return not (
            self.sum_of_entries
            or self.unbalanced_operations
            or self.balances_off_entries
            or self.balances_off_lots
            or self.lots_off_holds
        )


_MOST = 2**63 - 1
_AUDIT = f"""
with fold as (
  select member_id, currency_id,
         coalesce(sum(amount) filter (where account = 'available'), 0) as available,
         coalesce(sum(amount) filter (where account = 'pending'), 0) as pending,
         coalesce(sum(amount) filter (where account = 'held'), 0) as held
    from loyalty_points_entry group by 1, 2
), lots as (
  select member_id, currency_id, coalesce(sum(remaining - held) filter (where is_active), 0) as available,
         coalesce(sum(remaining - held) filter (where not is_active), 0) as pending, sum(held) as held
    from loyalty_points_lot group by 1, 2
), open_hold as (
  select member_id, lot_id as id, currency_id, sum(amount) as held
    from loyalty_points_hold where state = 'held' group by 1, 2, 3
), pairs as (
  select coalesce(f.available, 0) <> coalesce(b.available, 0) or coalesce(f.pending, 0) <> coalesce(b.pending, 0)
           or coalesce(f.held, 0) <> coalesce(b.held, 0) as off_entries,
         coalesce(l.available, 0) <> coalesce(b.available, 0) or coalesce(l.pending, 0) <> coalesce(b.pending, 0)
           or coalesce(l.held, 0) <> coalesce(b.held, 0) as off_lots
    from loyalty_points_balance b full join fold f using (member_id, currency_id)
    full join lots l using (member_id, currency_id)
)
select (select coalesce(sum(amount), 0) from loyalty_points_entry)::bigint as sum_of_entries,
       (select count(*) from (select 1 from loyalty_points_entry group by member_id, operation_id, currency_id
                              having sum(amount) <> 0) x) as unbalanced_operations,
       (select count(*) from pairs where off_entries) as balances_off_entries,
       (select count(*) from pairs where off_lots) as balances_off_lots,
       (select count(*) from (select member_id, id, currency_id, held from loyalty_points_lot where held > 0) l
          full join open_hold h using (member_id, id, currency_id) where l.held is distinct from h.held) as lots_off_holds,
       (select least(coalesce(-sum(amount), 0), {_MOST}) from loyalty_points_entry where account = 'issued')::bigint as issued
"""


def audit() -> Audit:
    """Recount the whole book."""
    found = sql.first(Audit, _AUDIT)
    assert found is not None
    return found
