"""How fast a gateway may be fed: as fast as it goes, until it says *slow down*; pure, the time comes in as seconds."""

from collections import deque

_PAUSE_S = 1.0
_CAREFUL = 0.97
_GROWTH_PER_S = 1.001
_FORGET_S = 120


class Pace:
    """A rate in parts per second that finds a provider's limit by itself.

    Told to slow down, it pauses for a second and halves the rate. It doubles again every second up to a little below
    what the provider last granted, from there on it gropes upwards by a thousandth a second, and after two quiet minutes the
    limit is forgotten.
    """

    def __init__(self) -> None:
        self._granted: deque[float] = deque()
        self._rate: float | None = None
        self._ceiling = 0.0
        self._tokens = 0.0
        self._seen_at = 0.0
        self._slowed_at = 0.0
        self._paused_until = 0.0

    @property
    def rate(self) -> float | None:
        """Parts per second, or None while nobody has complained."""
        return self._rate

    def allowed(self, wanted: int, now: float) -> int:
        """Say how many of so many parts may go now."""
        if now < self._paused_until:
            return 0
        self._grow(now)
        return wanted if self._rate is None else min(wanted, int(self._tokens))

    def spend(self, parts: int) -> None:
        """Note that so many parts go."""
        self._tokens -= parts

    def granted(self, now: float) -> None:
        """Note that the provider took a part."""
        self._granted.append(now)
        while self._granted and self._granted[0] < now - 1:
            self._granted.popleft()

    def slow_down(self, now: float) -> None:
        """Note that the provider said: too fast. Several complaints within one pause are one."""
        if now < self._paused_until:
            return
        while self._granted and self._granted[0] < now - 1:
            self._granted.popleft()
        self._ceiling = max(1.0, len(self._granted) * _CAREFUL)
        self._rate = max(1.0, self._ceiling / 2)
        self._slowed_at = now
        self._paused_until = self._seen_at = now + _PAUSE_S
        self._tokens = 0

    def _grow(self, now: float) -> None:
        passed, self._seen_at = max(0.0, now - self._seen_at), now
        if self._rate is None:
            return
        if now - self._slowed_at > _FORGET_S:
            self._rate = None
            return
        if self._rate < self._ceiling:
            self._rate = min(self._ceiling, self._rate * 2**passed)
        else:
            self._rate *= _GROWTH_PER_S**passed
        # Never more than a tenth of a second's worth at once: providers count in short windows.
        self._tokens = min(max(1.0, self._rate / 10), self._tokens + self._rate * passed)
