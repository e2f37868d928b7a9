"""Which of two changes of the same channel wins: the rule that both systems apply, pure and the same on both sides.

Last writer wins on a total order (time, off-bit, source): with equal times an opt-out beats an opt-in, then the name of
the source decides. Any order of arrival, any repetition and any delay end in the same state.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FUTURE_TOLERANCE = timedelta(minutes=5)
TICK = timedelta(microseconds=1)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Version:
    """A change of one channel of one person with its place in the order."""

    at: datetime
    is_on: bool
    origin: str

    def rank(self) -> tuple[datetime, bool, str]:
        """The place in the total order; a later rank wins."""
        return self.at, not self.is_on, self.origin


def wins(new: Version, known: Version | None) -> bool:
    """Tell whether a change replaces the one known so far; a repeat does not."""
    return known is None or new.rank() > known.rank()


def next_at(at: datetime, known: Version | None) -> datetime:
    """The time of a change made here: now, but always after the last version of this person and channel."""
    return at if known is None else max(at, known.at + TICK)


def without_a_time(is_on: bool, origin: str, at: datetime) -> Version | None:
    """The place of a change that does not say when it was made: it can only switch off, as if made when it is read."""
    return None if is_on else Version(at, False, origin)


def is_from_the_future(new: Version, at: datetime) -> bool:
    """Tell whether a version is so far ahead of our clock that it must be looked at by people first."""
    return new.at > at + FUTURE_TOLERANCE
