"""Moves points: every move is an operation whose entries sum to zero, with lots and balance in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from regulars.journal import actions as journal
from regulars.journal.reactions import Happened
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, Refusal
from regulars.loyalty.points import operations, postings, statements
from regulars.loyalty.points.events import (
    HoldLapsed,
    PointsAccrued,
    PointsActivated,
    PointsExpired,
    PointsForfeited,
    PointsRedeemed,
)
from regulars.loyalty.points.models import OperationKind
from regulars.loyalty.programme import queries as programme

MAX_POINTS = 10**15
HOLD_LASTS = timedelta(hours=1)
TOGETHER = 500


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
    """Add a crediting of lots to a batch; its row holds what can be used afterwards, whatever time has left to be posted."""
    for lot in lots:
        _check(lot.amount)
    statements.LOCK.add_to(batch, member_id=member_id, currency_id=currency_id)
    return statements.ACCRUE.add_to(
        batch,
        amounts=[lot.amount for lot in lots],
        activates=[lot.activates_at for lot in lots],
        expires=[lot.expires_at for lot in lots],
        offers=[lot.offer_id for lot in lots],
        member_id=member_id,
        currency_id=currency_id,
        operation_id=operation_id,
        kind=kind,
        purchase_id=purchase_id,
        at=at,
    )


def add_draw(
    batch: sql.Batch, amount: int, *, account: str, member_id: int, currency_id: int, operation_id: int, at: datetime
) -> int:
    """Add a spending to a batch: from lots by expiry, then activation, then id, to an account of the programme.

    Its row holds what is left; no row means that the member has too little and nothing was taken.
    """
    statements.LOCK.add_to(batch, member_id=member_id, currency_id=currency_id)
    return statements.DRAW.add_to(
        batch,
        amount=amount,
        account=account,
        member_id=member_id,
        currency_id=currency_id,
        operation_id=operation_id,
        at=at,
    )


def add_hold(
    batch: sql.Batch,
    amount: int,
    *,
    member_id: int,
    currency_id: int,
    operation_id: int,
    at: datetime,
    expires_at: datetime | None = None,
) -> int:
    """Add a hold to a batch: points are kept for a purchase, from the lots that a spending would take.

    Its row holds what can still be used and what is held afterwards; no row means that the member has too little and nothing
    is held. Without `expires_at` it lasts an hour; then it is released by itself.
    """
    statements.LOCK.add_to(batch, member_id=member_id, currency_id=currency_id)
    return statements.HOLD.add_to(
        batch,
        amount=amount,
        member_id=member_id,
        currency_id=currency_id,
        operation_id=operation_id,
        at=at,
        expires_at=expires_at or at + HOLD_LASTS,
    )


def add_release(batch: sql.Batch, *, member_id: int, hold_operation_id: int, operation_id: int, at: datetime) -> int:
    """Add the giving back of what an operation holds, to the lots it came from, to a batch.

    Its row holds how much that was, what can be used and what is still held afterwards; no row means that nothing is held under
    that operation, or no longer. Points whose lot expired meanwhile are given back and expire.
    """
    return _add_end_of_hold(statements.RELEASE, batch, member_id, hold_operation_id, operation_id, at)


def add_redeem_held(
    batch: sql.Batch, *, member_id: int, hold_operation_id: int, operation_id: int, at: datetime
) -> int:
    """Add the spending of what an operation holds to a batch, even from lots that expired meanwhile.

    Its row is as `add_release` says; no row means that nothing is held under that operation, or no longer.
    """
    return _add_end_of_hold(statements.REDEEM_HELD, batch, member_id, hold_operation_id, operation_id, at)


def _add_end_of_hold(
    statement: statements.Statement,
    batch: sql.Batch,
    member_id: int,
    hold_operation_id: int,
    operation_id: int,
    at: datetime,
) -> int:
    statements.LOCK_HELD.add_to(batch, member_id=member_id, hold_operation_id=hold_operation_id)
    return statement.add_to(
        batch, member_id=member_id, hold_operation_id=hold_operation_id, operation_id=operation_id, at=at
    )


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
    """Take all points of a member who left, held ones too; answers how many, and 0 when it was done before."""
    key = operations.key("leaving", f"member:{member_id}", {})
    operation_id = _open(key, OperationKind.FORFEITURE, member_id, by, at)
    if operation_id is None:
        return 0
    batch = sql.Batch()
    statements.LOCK_ALL.add_to(batch, member_id=member_id)
    place = statements.FORFEIT.add_to(batch, member_id=member_id, operation_id=operation_id, at=at)
    amount = int(batch.send()[place][0]["amount"])
    happened = PointsForfeited(member_id=member_id, amount=amount)
    _close(operation_id, key, {"amount": amount}, happened, member_id, by, at)
    return amount


def activate_due(*, at: datetime, limit: int = TOGETHER) -> int:
    """Post the activation of lots that can be used by now; answers of how many, at most about `limit`.

    The balance was right before: this only writes down what time has done, once, and tells the journal per member. Several
    workers may call it at once. A lot that expired before its activation was posted is left to `expire_due`.
    """
    return _post(postings.ACTIVATION, PointsActivated, at, limit)


def expire_due(*, at: datetime, limit: int = TOGETHER) -> int:
    """Post the expiry of lots whose time is over, but for what is held of them; answers of how many.

    Works as `activate_due` does.
    """
    return _post(postings.EXPIRY, PointsExpired, at, limit)


def release_due(*, at: datetime, limit: int = TOGETHER) -> int:
    """Release holds that nobody ended in time; answers of how many lots they held. Works as `activate_due` does."""
    return _post(postings.RELEASE, HoldLapsed, at, limit)


@transaction.atomic
def _post(
    posting: postings.Posting, event: type[PointsActivated | PointsExpired | HoldLapsed], at: datetime, limit: int
) -> int:
    posted = postings.post(posting, at=at, limit=limit)
    moved = [one for one in posted if one.amount]
    if moved:
        happened = [event(one.member_id, one.amount, one.currency_code) for one in moved]
        journal.record(*happened, person_id=[one.person_id for one in moved], by=postings.BY, at=at)
    return sum(one.shares for one in posted)


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
