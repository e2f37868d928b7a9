"""Moves points: every move is an operation whose entries sum to zero, with lots and balance in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.journal import actions as journal
from regulars.journal.reactions import Happened
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, Refusal
from regulars.loyalty.points import operations
from regulars.loyalty.points.events import PointsAccrued, PointsForfeited, PointsRedeemed
from regulars.loyalty.points.models import OperationKind
from regulars.loyalty.programme import queries as programme

MAX_POINTS = 10**15
_ACCRUE = """
with given as (
  select * from unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::bigint[])
    as given (amount, activates_at, expires_at, offer_id)
), lot as (
  insert into loyalty_points_lot (member_id, currency_id, operation_id, amount, remaining, activates_at, expires_at,
                                  is_active, source_kind, purchase_id, offer_id)
  select %s, %s, %s, amount, amount, activates_at, expires_at, activates_at <= %s, %s, %s, offer_id from given
  returning id, amount, is_active
), entry as (
  insert into loyalty_points_entry (member_id, operation_id, currency_id, account, amount, lot_id, recorded_at)
  select %s, %s, %s, case when is_active then 'available' else 'pending' end, amount, id, %s from lot
  union all
  select %s, %s, %s, 'issued', -sum(amount), null, %s from lot
)
insert into loyalty_points_balance as b (member_id, currency_id, available, pending, held, debt)
select %s, %s, coalesce(sum(amount) filter (where is_active), 0), coalesce(sum(amount) filter (where not is_active), 0), 0, 0
  from lot
on conflict (member_id, currency_id) do update
   set available = b.available + excluded.available, pending = b.pending + excluded.pending
returning available, pending
"""
_LOCK = "select available from loyalty_points_balance where member_id = %s and currency_id = %s for update"
_DRAW = """
with open_lot as (
  select id, remaining, sum(remaining) over (order by expires_at nulls last, activates_at, id) as upto
    from loyalty_points_lot
   where member_id = %s and currency_id = %s and remaining > 0 and is_active and (expires_at is null or expires_at > %s)
), share as (
  select id, least(remaining, %s - (upto - remaining)) as amount from open_lot where upto - remaining < %s
), taken as (
  select id, amount from share where (select sum(amount) from share) = %s
), lot as (
  update loyalty_points_lot l set remaining = l.remaining - t.amount from taken t where l.member_id = %s and l.id = t.id
), draw as (
  insert into loyalty_points_draw (member_id, operation_id, lot_id, amount) select %s, %s, id, amount from taken
), entry as (
  insert into loyalty_points_entry (member_id, operation_id, currency_id, account, amount, lot_id, recorded_at)
  select %s, %s, %s, 'available', -amount, id, %s from taken
  union all
  select %s, %s, %s, %s, sum(amount), null, %s from taken having sum(amount) > 0
)
update loyalty_points_balance set available = available - %s
 where member_id = %s and currency_id = %s and exists (select 1 from taken)
returning available
"""
_FORFEIT = """
with lot as (
  update loyalty_points_lot l set remaining = 0 from (
    select member_id, id, remaining from loyalty_points_lot where member_id = %s and remaining > 0 for update) o
   where l.member_id = o.member_id and l.id = o.id
  returning l.id, l.currency_id, l.is_active, o.remaining as amount
), draw as (
  insert into loyalty_points_draw (member_id, operation_id, lot_id, amount) select %s, %s, id, amount from lot
), entry as (
  insert into loyalty_points_entry (member_id, operation_id, currency_id, account, amount, lot_id, recorded_at)
  select %s, %s, currency_id, case when is_active then 'available' else 'pending' end, -amount, id, %s from lot
  union all
  select %s, %s, currency_id, 'forfeited', sum(amount), null, %s from lot group by currency_id
), balance as (
  update loyalty_points_balance set available = 0, pending = 0 where member_id = %s
)
select coalesce(sum(amount), 0)::bigint as amount from lot
"""


class NotEnoughPoints(Refusal):
    """The member has fewer points than that."""

    code = "not_enough_points"


class AmountOutOfRange(Refusal):
    """An amount of points is above zero and below a million billion."""

    code = "points_amount_out_of_range"


class AccountNotOpen(Conflict):
    """The member's account is blocked, or the member has left."""

    code = "account_not_open"


@dataclass(frozen=True, slots=True)
class NewLot:
    """Points to credit: how many, usable from when, until when, and the offer that gave them."""

    amount: int
    activates_at: datetime
    expires_at: datetime | None
    offer_id: int | None = None


def add_accrual(
    batch: sql.Batch,
    lots: Sequence[NewLot],
    *,
    member_id: int,
    currency_id: int,
    operation_id: int,
    kind: str,
    purchase_id: int | None,
    at: datetime,
) -> int:
    """Add a crediting of lots to a batch; its row holds the balance afterwards."""
    for lot in lots:
        _check(lot.amount)
    line = [member_id, operation_id, currency_id]
    return batch.add(
        _ACCRUE,
        [
            [lot.amount for lot in lots],
            [lot.activates_at for lot in lots],
            [lot.expires_at for lot in lots],
            [lot.offer_id for lot in lots],
            *[member_id, currency_id, operation_id, at, kind, purchase_id],
            *line, at, *line, at, member_id, currency_id,
        ],
    )  # fmt: skip


def add_draw(
    batch: sql.Batch, amount: int, *, account: str, member_id: int, currency_id: int, operation_id: int, at: datetime
) -> int:
    """Add a spending to a batch: from lots by expiry, then activation, then id, to an account of the programme.

    Its row holds what is left; no row means that the member has too little and nothing was taken.
    """
    batch.add(_LOCK, [member_id, currency_id])
    line = [member_id, operation_id, currency_id]
    return batch.add(
        _DRAW,
        [
            member_id, currency_id, at, amount, amount, amount, member_id, member_id, operation_id,
            *line, at, *line, account, at, amount, member_id, currency_id,
        ],
    )  # fmt: skip


@operations.refusing
@transaction.atomic
def grant(
    member_id: int, amount: int, *, key: operations.Key, expires_at: datetime | None = None, by: Actor, at: datetime
) -> Any:
    """Give a member points by hand, in the default currency; the same key again gives the first answer.

    `amount` is in the smallest unit. Nobody can block the account or leave meanwhile. Raises `AmountOutOfRange`,
    `AccountNotOpen`, `KeyReused`, `RequestInFlight`, `AccountBusy`, `SumTooLarge`.
    """
    _check(amount)
    operation_id = _open(key, OperationKind.GRANT, member_id, by, at)
    if operation_id is None:
        return operations.known_answer(key)
    currency = programme.get_currency()
    batch = sql.Batch()
    place = add_accrual(
        batch,
        [NewLot(amount, at, expires_at)],
        member_id=member_id,
        currency_id=currency.pk,
        operation_id=operation_id,
        kind=OperationKind.GRANT,
        purchase_id=None,
        at=at,
    )
    available = batch.send()[place][0]["available"]
    happened = PointsAccrued(
        member_id=member_id, amount=amount, available=available, currency_code=currency.code, purchase_id=""
    )
    return _close(operation_id, key, {"amount": amount, "available": available}, happened, member_id, by, at)


@operations.refusing
@transaction.atomic
def redeem(member_id: int, amount: int, *, key: operations.Key, by: Actor, at: datetime) -> Any:
    """Spend a member's points, in the default currency; the same key again gives the first answer.

    Raises `NotEnoughPoints` and takes nothing when the usable lots hold less. Else raises as `grant` does.
    """
    _check(amount)
    operation_id = _open(key, OperationKind.REDEMPTION, member_id, by, at)
    if operation_id is None:
        return operations.known_answer(key)
    currency = programme.get_currency()
    batch = sql.Batch()
    place = add_draw(
        batch,
        amount,
        account="redeemed",
        member_id=member_id,
        currency_id=currency.pk,
        operation_id=operation_id,
        at=at,
    )
    left = batch.send()[place]
    if not left:
        raise NotEnoughPoints("There are fewer points on the account than that.", field="amount")
    available = left[0]["available"]
    happened = PointsRedeemed(member_id=member_id, amount=amount, available=available, currency_code=currency.code)
    return _close(operation_id, key, {"amount": amount, "available": available}, happened, member_id, by, at)


@transaction.atomic
def forfeit(member_id: int, *, by: Actor, at: datetime) -> int:
    """Take all points of a member who left; answers how many, and 0 when it was done before."""
    key = operations.key("leaving", f"member:{member_id}", {})
    operation_id = _open(key, OperationKind.FORFEITURE, member_id, by, at)
    if operation_id is None:
        return 0
    batch = sql.Batch()
    batch.add("select 1 from loyalty_points_balance where member_id = %s for update", [member_id])
    place = batch.add(
        _FORFEIT,
        [member_id, member_id, operation_id, member_id, operation_id, at, member_id, operation_id, at, member_id],
    )
    amount = int(batch.send()[place][0]["amount"])
    happened = PointsForfeited(member_id=member_id, amount=amount)
    _close(operation_id, key, {"amount": amount}, happened, member_id, by, at)
    return amount


def forfeit_points(happened: Happened, at: datetime) -> None:
    """When a member has left, take all points."""
    forfeit(happened.body["member_id"], by=Actor.system("reactions"), at=at)


def _check(amount: int) -> None:
    if not 0 < amount <= MAX_POINTS:
        raise AmountOutOfRange("An amount of points is a whole number above zero.", field="amount")


def _open(key: operations.Key, kind: str, member_id: int, by: Actor, at: datetime) -> int | None:
    batch = sql.Batch()
    place = operations.add_open(batch, key, kind=kind, member_id=member_id, by=by, at=at)
    account = batch.add("select state from loyalty_members_member where id = %s for share", [member_id])
    answers = batch.send()
    if not answers[place]:
        return None
    if kind != OperationKind.FORFEITURE and [row["state"] for row in answers[account]] != ["active"]:
        raise AccountNotOpen("This account is blocked, or its member has left.")
    return int(answers[place][0]["id"])


def _close(
    operation_id: int, key: operations.Key, answer: Any, happened: Any, member_id: int, by: Actor, at: datetime
) -> Any:
    batch = sql.Batch()
    operations.add_answer(batch, operation_id, key, answer, member_id)
    batch.add("select public_id from loyalty_members_member where id = %s", [member_id])
    rows = batch.send()
    person_id = rows[1][0]["public_id"] if rows[1] else ""
    journal.record(happened, person_id=person_id, by=by, at=at)
    return answer
