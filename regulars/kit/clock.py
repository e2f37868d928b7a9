"""The time that doors write down: this machine's monotonic clock plus its offset to PostgreSQL."""

import threading
import time
from datetime import UTC, datetime, timedelta

from django.db import connection

MEASURE_EVERY_S = 30.0
_lock = threading.Lock()
_measured_at: float | None = None
_origin = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """The present instant in UTC as PostgreSQL sees it, whatever this machine's wall clock says."""
    ticks = time.monotonic()
    if _measured_at is None or ticks - _measured_at > MEASURE_EVERY_S:
        measure()
        ticks = time.monotonic()
    return _origin + timedelta(seconds=ticks)


def of_this_machine() -> datetime:
    """What this machine's own clock says, right or wrong; nothing is written down by it."""
    return datetime.now(UTC)


def measure() -> None:
    """Ask PostgreSQL for the time and remember the offset."""
    global _measured_at, _origin
    with connection.cursor() as cursor:
        before = time.monotonic()
        cursor.execute("select clock_timestamp()")
        (there,) = cursor.fetchone()
        middle = (before + time.monotonic()) / 2
    with _lock:
        _origin = there - timedelta(seconds=middle)
        _measured_at = middle
