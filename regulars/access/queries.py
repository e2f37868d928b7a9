"""Looks up who comes in."""

import time
from dataclasses import dataclass

from regulars.access.keys import hash_key
from regulars.access.models import Employee
from regulars.kit import sql

KEY_CACHE_S = 60.0
# When a key was used is written where it is looked up, so that no request makes a round trip for it.
_FIND = """
with found as (
  select id, till_id, kind, last_used_at from access_tillkey where key_hash = %s and revoked_at is null),
used as (
  update access_tillkey k set last_used_at = now() from found
   where k.id = found.id and coalesce(found.last_used_at, '-infinity') < now() - interval '1 minute')
select id as key_id, till_id, kind from found
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """The till that holds a key, and of what kind the key is."""

    key_id: int
    till_id: int
    kind: str


_known: dict[bytes, tuple[float, Holder | None]] = {}


def find_holder(key: str) -> Holder | None:
    """Who holds this key of a till, or None; an answer is remembered for 60 seconds, and the key's use noted as often."""
    hashed, ticks = hash_key(key), time.monotonic()
    known = _known.get(hashed)
    if known is None or ticks - known[0] > KEY_CACHE_S:
        holder = sql.first(Holder, _FIND, [hashed])
        if len(_known) > 10_000:
            _known.clear()
        _known[hashed] = known = (ticks, holder)
    return known[1]


def find_till_id(key: str) -> int | None:
    """The till that holds this key, or None."""
    holder = find_holder(key)
    return holder.till_id if holder else None


def find_employee(login: str) -> Employee | None:
    """The employee with this login, if there is one and may sign in."""
    return Employee.objects.filter(login=login, is_active=True).first()


def forget() -> None:
    """Look again at the next question; called when this process issues or revokes a key."""
    _known.clear()
