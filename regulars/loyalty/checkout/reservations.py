"""The row of a purchase that was begun or cancelled, and the turn that requests about one purchase take.

A purchase is confirmed in one table and cancelled in another, so no constraint can keep the two apart: whoever changes a
purchase takes its turn first, and sees what the one before has done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kit import sql
from regulars.loyalty.checkout.models import ReservationState

_TURN = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"
_FIND = """
select state, member_id, hold_operation_id, points, worth, expires_at, changed_at from loyalty_checkout_reservation
 where till_id = %s and number = %s
"""
_KEEP = """
insert into loyalty_checkout_reservation as r
  (till_id, number, state, member_id, hold_operation_id, points, worth, expires_at, changed_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (till_id, number) do update
   set state = excluded.state, member_id = excluded.member_id, hold_operation_id = excluded.hold_operation_id,
       points = excluded.points, worth = excluded.worth, expires_at = excluded.expires_at, changed_at = excluded.changed_at
"""


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a till reserved for a purchase, or that it cancelled it; points in the smallest unit, worth in minor units."""

    state: str
    member_id: int | None
    hold_operation_id: int | None
    points: int
    worth: int
    expires_at: datetime | None
    changed_at: datetime

    def lasts(self, at: datetime) -> bool:
        """Whether points wait for the payment at this time."""
        is_reserved = self.state == ReservationState.RESERVED and self.points > 0
        return is_reserved and self.expires_at is not None and at < self.expires_at

    def shown(self) -> dict[str, Any]:
        """What the till is told."""
        expires_at = self.expires_at.isoformat() if self.expires_at else None
        return {"points": self.points, "worth": self.worth, "expires_at": expires_at}


def add_turn(batch: sql.Batch, till_id: int, purchase: str) -> None:
    """Let requests about one purchase wait for each other, until the transaction ends."""
    batch.add(_TURN, [f"regulars.checkout:{till_id}:{purchase}"])


def add_find(batch: sql.Batch, till_id: int, purchase: str) -> int:
    """Add the look for what was reserved or cancelled; `read` reads its rows."""
    return batch.add(_FIND, [till_id, purchase])


def read(rows: Sequence[Mapping[str, Any]]) -> Reservation | None:
    """What was found, if anything."""
    return Reservation(**rows[0]) if rows else None


def add_keep(batch: sql.Batch, till_id: int, purchase: str, kept: Reservation) -> None:
    """Add the writing of what a purchase has come to; only for who has the turn."""
    k = kept
    batch.add(
        _KEEP,
        [
            till_id, purchase, k.state, k.member_id, k.hold_operation_id, k.points, k.worth, k.expires_at, k.changed_at,
        ],
    )  # fmt: skip
