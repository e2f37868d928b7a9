"""How many requests a key may make: a bucket of tokens for each key, in each web process."""

import math
import threading
import time
from collections.abc import Callable

from django.conf import settings

from regulars.kit.refusal import Refusal

BURST_S = 10
MOST_KEYS = 10_000


class TooManyRequests(Refusal):
    """This key has made more requests than one key may."""

    code = "too_many_requests"
    status = 429


class Pace:
    """Buckets that fill with so many tokens a second and hold what ten seconds bring; a request takes one."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks, self._lock = ticks, threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str, per_second: float) -> None:
        """Let one request pass. Raises `TooManyRequests` with the seconds to wait; 0 a second means that all may pass."""
        if per_second <= 0:
            return
        most = max(per_second * BURST_S, 1.0)
        with self._lock:
            if key not in self._left and len(self._left) >= MOST_KEYS:
                self._left.clear()
            now = self._ticks()
            left, at = self._left.get(key, (most, now))
            left = min(left + (now - at) * per_second, most)
            self._left[key] = left - 1 if left >= 1 else left, now
        if left < 1:
            wait_s = math.ceil((1 - left) / per_second)
            raise TooManyRequests(
                f"This key may make {per_second:g} requests a second, and {most:g} at once.",
                extra={"retry_after_s": wait_s},
            )


_pace = Pace()


def take(key: str) -> None:
    """Let one request of a key pass, as the setting `REGULARS_REQUESTS_PER_KEY` says."""
    _pace.take(key, settings.REQUESTS_PER_KEY)
