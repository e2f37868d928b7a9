"""Moves of points as other rooms make them: each in an operation and a transaction of its own."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.kit import sql
from regulars.loyalty.members.models import Member
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations
from regulars.loyalty.points.models import OperationKind
from regulars.loyalty.programme import queries as programme
from tests import make


@transaction.atomic
def accrue(
    member: Member,
    amount: int,
    *,
    activates_at: datetime | None = None,
    expires_at: datetime | None = None,
    at: datetime = make.AT,
) -> None:
    """Credit a lot, usable at once unless told."""
    batch = sql.Batch()
    points.add_accrual(
        batch,
        [points.NewLot(amount, activates_at or at, expires_at)],
        member_id=member.pk,
        currency_id=programme.get_currency().pk,
        operation_id=_open(member, OperationKind.GRANT, at),
        kind=OperationKind.GRANT,
        purchase_id=None,
        at=at,
    )
    batch.send()


def hold(member: Member, amount: int, *, at: datetime = make.AT, expires_at: datetime | None = None) -> int:
    """Hold points; answers the operation that holds, and fails when there are too few."""
    operation_id, row = try_to_hold(member, amount, at=at, expires_at=expires_at)
    assert row, "There are too few points to hold."
    return operation_id


@transaction.atomic
def try_to_hold(
    member: Member, amount: int, *, at: datetime = make.AT, expires_at: datetime | None = None
) -> tuple[int, list[dict[str, Any]]]:
    """Hold points if there are enough; answers the operation and the rows."""
    operation_id, batch = _open(member, OperationKind.HOLD, at), sql.Batch()
    place = points.add_hold(
        batch,
        amount,
        member_id=member.pk,
        currency_id=programme.get_currency().pk,
        operation_id=operation_id,
        at=at,
        expires_at=expires_at,
    )
    return operation_id, batch.send()[place]


def release(member: Member, hold_operation_id: int, *, at: datetime = make.AT) -> list[dict[str, Any]]:
    """Give back what is held."""
    return _end(points.add_release, OperationKind.RELEASE, member, hold_operation_id, at)


def redeem_held(member: Member, hold_operation_id: int, *, at: datetime = make.AT) -> list[dict[str, Any]]:
    """Spend what is held."""
    return _end(points.add_redeem_held, OperationKind.PURCHASE, member, hold_operation_id, at)


@transaction.atomic
def _end(
    verb: Callable[..., int], kind: OperationKind, member: Member, hold_operation_id: int, at: datetime
) -> list[dict[str, Any]]:
    operation_id, batch = _open(member, kind, at), sql.Batch()
    place = verb(batch, member_id=member.pk, hold_operation_id=hold_operation_id, operation_id=operation_id, at=at)
    return batch.send()[place]


def _open(member: Member, kind: OperationKind, at: datetime) -> int:
    batch = sql.Batch()
    key = operations.key("test", f"move-{make.number()}", {})
    place = operations.add_open(batch, key, kind=kind, member_id=member.pk, by=make.BY, at=at)
    return int(batch.send()[place][0]["id"])
