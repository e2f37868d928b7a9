"""Looks at points: balances as a function of lots and time, history, and the audit of the whole book."""

from dataclasses import dataclass
from datetime import datetime

from regulars.kit import sql
from regulars.loyalty.points.models import Lot


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
  select remaining, activates_at, expires_at from loyalty_points_lot
   where member_id = %(member)s and currency_id = %(currency)s and remaining > 0
     and (expires_at is null or expires_at > %(at)s)
), usable as (select * from open_lot where activates_at <= %(at)s),
next as (select min(expires_at) as at from usable)
select (coalesce((select sum(remaining) from usable), 0))::bigint as available,
       (coalesce((select sum(remaining) from open_lot where activates_at > %(at)s), 0))::bigint as pending,
       coalesce(b.held, 0) as held, coalesce(b.debt, 0) as debt,
       next.at as next_expiry_at,
       (coalesce((select sum(remaining) from usable where expires_at = next.at), 0))::bigint as next_expiry_amount
  from next left join loyalty_points_balance b on b.member_id = %(member)s and b.currency_id = %(currency)s
"""


def get_balance(member_id: int, currency_id: int, *, at: datetime) -> BalanceAt:
    """The balance at an instant, from the lots: right whether or not expiry and activation were posted."""
    found = sql.first(BalanceAt, _AT, {"member": member_id, "currency": currency_id, "at": at})
    assert found is not None
    return found


def list_lots(member_id: int, *, at: datetime) -> list[Lot]:
    """The lots that still hold points, in the order in which they will be spent."""
    usable = Lot.objects.filter(member_id=member_id, remaining__gt=0).exclude(expires_at__lte=at)
    return sorted(usable, key=lambda lot: (lot.expires_at is None, lot.expires_at, lot.activates_at, lot.pk))


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One operation of a member's account with its net effect on what the member has."""

    operation_id: int
    kind: str
    recorded_at: datetime
    amount: int
    purchase_id: int | None


def list_history(member_id: int, limit: int = 50) -> list[HistoryRow]:
    """The member's operations, newest first."""
    return sql.fetch(
        HistoryRow,
        """select e.operation_id, o.kind, o.recorded_at, sum(e.amount)::bigint as amount, max(l.purchase_id) as purchase_id
             from loyalty_points_entry e join loyalty_points_operation o on o.id = e.operation_id
             left join loyalty_points_lot l on l.member_id = e.member_id and l.id = e.lot_id
            where e.member_id = %s and e.account in ('available', 'pending', 'held', 'debt')
            group by e.operation_id, o.kind, o.recorded_at order by o.recorded_at desc, e.operation_id desc limit %s""",
        [member_id, limit],
    )


@dataclass(frozen=True, slots=True)
class Audit:
    """What must be zero, and how many points are outstanding."""

    sum_of_entries: int
    unbalanced_operations: int
    balances_off_entries: int
    balances_off_lots: int
    issued: int

    def holds(self) -> bool:
        """Whether the book balances."""
        return not (
            self.sum_of_entries or self.unbalanced_operations or self.balances_off_entries or self.balances_off_lots
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
  select member_id, currency_id, sum(remaining) as remaining from loyalty_points_lot group by 1, 2
), pairs as (
  select coalesce(f.available, 0) <> coalesce(b.available, 0) or coalesce(f.pending, 0) <> coalesce(b.pending, 0)
           or coalesce(f.held, 0) <> coalesce(b.held, 0) as off_entries,
         coalesce(l.remaining, 0) <> coalesce(b.available + b.pending + b.held, 0) as off_lots
    from loyalty_points_balance b full join fold f using (member_id, currency_id)
    full join lots l using (member_id, currency_id)
)
select (select coalesce(sum(amount), 0) from loyalty_points_entry)::bigint as sum_of_entries,
       (select count(*) from (select 1 from loyalty_points_entry group by member_id, operation_id, currency_id
                              having sum(amount) <> 0) x) as unbalanced_operations,
       (select count(*) from pairs where off_entries) as balances_off_entries,
       (select count(*) from pairs where off_lots) as balances_off_lots,
       (select least(coalesce(-sum(amount), 0), {_MOST}) from loyalty_points_entry where account = 'issued')::bigint as issued
"""


def audit() -> Audit:
    """Recount the whole book."""
    found = sql.first(Audit, _AUDIT)
    assert found is not None
    return found
