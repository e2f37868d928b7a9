"""What is asked of the queue, and what a sender holds in its hand: intents, claimed messages, results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from regulars.kit import reach
from regulars.messages import parts
from regulars.messages.gateway import PartResult

CODES, EVENTS, MAILINGS = 0, 1, 2
LANES: Mapping[str, int] = {"code": CODES, "event": EVENTS, "marketing": MAILINGS}


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing to tell one person over one channel; once per (person, system, origin, template, channel).

    The last four fields are for emails and mailings. A message of a run leaves only while the run is neither held nor
    over. `unsubscribe_url` takes one click (RFC 8058) and shows a page to a browser.
    """

    system: str
    person_id: str
    channel: str
    message_class: str
    subject: str
    origin: str
    template: str
    address: str
    sender: str
    text: str
    lifetime: timedelta
    subject_line: str = ""
    html: str = ""
    unsubscribe_url: str = ""
    run_id: int | None = None


@dataclass(slots=True)
class Ready:
    """A message that is ready to be claimed, as its row stands."""

    id: int
    system: str
    person_id: str
    channel: str
    message_class: str
    lane: int
    subject: str
    origin: str
    attempt: int
    address: str
    sender: str
    text: str
    subject_line: str
    html: str
    unsubscribe_url: str
    reach: str
    is_of_team: bool
    is_overdue: bool
    is_free: bool
    is_suppressed: bool

    def verdict(self) -> tuple[str, str] | None:
        """The state and the reason that the row alone decides; None when its gate is to be asked."""
        if self.is_overdue:
            return "expired", "lifetime"
        if self.reach == reach.NOBODY:
            return "skipped", "test_key"
        if self.reach == reach.TEAM and not self.is_of_team:
            return "skipped", "not_of_the_team"
        if not self.address:
            return "skipped", "no_address"
        return ("skipped", "suppressed") if self.is_suppressed else None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that one sender owns until its lease is over. `attempt` is the number that proves it."""

    id: int
    person_id: str
    lane: int
    attempt: int
    address: str
    sender: str
    text: str
    parts: int
    subject_line: str = ""
    html: str = ""
    unsubscribe_url: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim brought, and how many rows it looked at: skipped and expired ones are among those."""

    messages: Sequence[Claimed]
    looked_at: int


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the parts that were handed over in one attempt at a message."""

    message_id: int
    person_id: str
    attempt: int
    parts: Sequence[PartResult]


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a look after dead senders found: claimed rows put back, rows of unknown fate, and events sent once more."""

    put_back: int
    unknown: int
    repeated: int


def count_parts(channel: str, text: str) -> int:
    """Say how many deliveries a text needs; one that is too long for SMS counts 1, and its gateway will refuse it."""
    if channel != "sms":
        return 1
    try:
        return len(parts.split(text).parts)
    except parts.TextTooLong:
        return 1


def keys(claimed: Sequence[Claimed]) -> list[list[Any]]:
    """What names the rows of claimed messages and proves whose they are: person, id and attempt, as columns."""
    return [[one.person_id for one in claimed], [one.id for one in claimed], [one.attempt for one in claimed]]


def columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Turn rows into columns; what providers write may hold a NUL, which PostgreSQL does not take."""
    clean = [[one.replace("\0", "") if isinstance(one, str) else one for one in row] for row in rows]
    return [[row[column] for row in clean] for column in range(width)]
