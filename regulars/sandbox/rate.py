"""How many things passed within the last second."""

from collections import deque


class Rate:
    """Lets so many through in any second."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque()

    def passes(self, limit: int, now: float) -> bool:
        """Say whether another one may pass at this second, and count it if so; a limit of 0 is none."""
        if not limit:
            return True
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if len(self._recent) >= limit:
            return False
        self._recent.append(now)
        return True
