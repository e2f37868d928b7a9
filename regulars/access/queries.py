"""Looks up who comes in."""

import time

from regulars.access.keys import hash_key
from regulars.access.models import Employee, TillKey

KEY_CACHE_S = 60.0
_known: dict[bytes, tuple[float, int | None]] = {}


def find_till_id(key: str) -> int | None:
    """The till that holds this key, or None; an answer is remembered for 60 seconds."""
    hashed, ticks = hash_key(key), time.monotonic()
    known = _known.get(hashed)
    if known is None or ticks - known[0] > KEY_CACHE_S:
        till_id = TillKey.objects.filter(key_hash=hashed, revoked_at=None).values_list("till_id", flat=True).first()
        if len(_known) > 10_000:
            _known.clear()
        _known[hashed] = known = (ticks, till_id)
    return known[1]


def find_employee(login: str) -> Employee | None:
    """The employee with this login, if there is one and may sign in."""
    return Employee.objects.filter(login=login, is_active=True).first()


def forget() -> None:
    """Look again at the next question; called when this process issues or revokes a key."""
    _known.clear()
