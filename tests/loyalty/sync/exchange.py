"""Short words for tests of the exchange: write a parcel, and read what lies there as plain rows."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from regulars.contract import exchange
from regulars.loyalty.sync import actions as sync
from regulars.warehouse import reading
from tests.make import AT

KEY = "together:only-for-tests"


@dataclass
class Read:
    """What a parcel tells: rows by person."""

    is_full: bool
    sequence: int
    members: dict[str, dict[str, Any]]
    consent: dict[tuple[str, str], bool]


def write(folder: Path, *, is_full: bool = False, at: datetime = AT) -> Read:
    """Let Loyalty write a parcel, and read it."""
    assert sync.write_exchange(folder, is_full=is_full, at=at) is not None
    return read(folder)


def read(folder: Path) -> Read:
    """The newest parcel that lies there."""
    path = reading.find_parcels(folder, "loyalty")[-1]
    parcel = reading.open_parcel(path, sender="loyalty", tables=exchange.TABLES, key=KEY)
    members = [row for rows in parcel.rows(exchange.MEMBERS) for row in rows]
    consent = [row for rows in parcel.rows(exchange.CONSENT) for row in rows]
    assert len({row["person_id"] for row in members}) == len(members), "somebody is told of twice"
    return Read(
        parcel.manifest.is_full,
        parcel.manifest.sequence,
        {row["person_id"]: row for row in members},
        {(row["person_id"], row["channel"]): row["is_on"] for row in consent},
    )
