"""Reads parcels of the exchange as facts, all rows once before the first one is taken."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from regulars.contract import exchange
from regulars.contract.changes import Batch, Outcome
from regulars.contract.exchange import RowRefused
from regulars.warehouse.reading import Parcel, ParcelRefused

SENDER = "loyalty"
BATCH = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a parcel: taken, known already, or refused with a fault."""

    name: str
    rows: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    is_known: bool = False
    fault: str = ""
    missing: tuple[int, int] | None = None
    """The numbers of the first and the last parcel that should have come before and never did."""


def batches(parcel: Parcel, *, at: datetime) -> Iterator[Batch]:
    """The facts of a parcel, members first. Raises `ParcelRefused`, naming the first row that is none."""
    for rows in parcel.rows(exchange.MEMBERS, batch=BATCH):
        with _naming(exchange.MEMBERS):
            yield Batch(members=[exchange.member_of(row) for row in rows])
    for rows in parcel.rows(exchange.CONSENT, batch=BATCH):
        with _naming(exchange.CONSENT):
            found = [exchange.change_of(row, at=at) for row in rows]
            yield Batch(consent_changes=[change for change in found if change is not None])


@contextmanager
def _naming(table: str) -> Iterator[None]:
    try:
        yield
    except RowRefused as refused:
        raise ParcelRefused(f"a row of {table}: {refused}") from refused


def count_rows(parcel: Parcel) -> int:
    """How many rows a parcel has in all its tables."""
    return sum(table.rows for table in parcel.manifest.tables.values())


def add(one: Outcome, other: Outcome) -> Outcome:
    """Two outcomes together."""
    return Outcome(**{name: getattr(one, name) + getattr(other, name) for name in Outcome.model_fields})


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether nobody else reads parcels of this folder while the block runs."""
    with (folder / ".reading").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
