"""The tables of the exchange: the facts of the bridge as rows of a file, with their columns, as both systems know them.

Times are written in UTC. A row of consent may lack its time: somebody else's export rarely knows it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from regulars.contract import merge
from regulars.contract.changes import ConsentChange, MemberChanged

MEMBERS, CONSENT = "members", "consent"
TABLES: Mapping[str, Mapping[str, str]] = {
    MEMBERS: {
        "person_id": "varchar",
        "changed_at": "timestamp",
        "first_name": "varchar",
        "last_name": "varchar",
        "phone": "varchar",
        "phone_is_verified": "boolean",
        "email": "varchar",
        "email_is_verified": "boolean",
        "locale": "varchar",
        "time_zone": "varchar",
        "is_gone": "boolean",
    },
    CONSENT: {
        "person_id": "varchar",
        "channel": "varchar",
        "is_on": "boolean",
        "made_at": "timestamp",
        "origin": "varchar",
        "cause": "varchar",
    },
}


class RowRefused(ValueError):
    """A row of a file is not a fact of the bridge; the sentence names the field."""


def row_of(fact: MemberChanged | ConsentChange) -> dict[str, Any]:
    """The fact as a row of its table."""
    row = fact.model_dump(exclude={"kind"})
    return {name: _in_utc(value) if isinstance(value, datetime) else value for name, value in row.items()}


def member_of(row: Mapping[str, Any]) -> MemberChanged:
    """The profile that a row tells. Raises `RowRefused`."""
    return _read(MemberChanged, {**row, "changed_at": _with_zone(row["changed_at"])})


def change_of(row: Mapping[str, Any], *, at: datetime) -> ConsentChange | None:
    """The change that a row tells; None for one that is on and has no time, for it can only switch off.

    Raises `RowRefused`.
    """
    if row["made_at"] is not None:
        return _read(ConsentChange, {**row, "made_at": _with_zone(row["made_at"])})
    told = _read(ConsentChange, {**row, "made_at": at})
    version = merge.without_a_time(told.is_on, told.origin, at)
    return told if version else None


def _read[Fact: (MemberChanged, ConsentChange)](kind: type[Fact], row: Mapping[str, Any]) -> Fact:
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise RowRefused(f"{'.'.join(map(str, first['loc'])) or 'row'}: {first['msg']}") from error


def _in_utc(time: datetime) -> str:
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _with_zone(time: Any) -> Any:
    return time.replace(tzinfo=UTC) if isinstance(time, datetime) else time
