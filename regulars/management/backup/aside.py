"""What a restored database must not do by itself: send again what may have been sent after the backup was made."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit.actor import Actor
from regulars.loyalty.mailings import actions as loyalty_mailings
from regulars.messages import restored
from regulars.providers import actions as providers
from regulars.providers import queries as provider_queries
from regulars.runs import actions as runs
from regulars.runs import queries as run_queries
from regulars.runs.models import RunState
from regulars.smartcomms.mailings import actions as smartcomms_mailings

BY = Actor.system("restore")
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class PutAside:
    """What waits for people to decide: messages of unknown fate, runs that are paused, mailings that are drafts again."""

    messages: int
    runs: int
    mailings: int


@transaction.atomic
def put_aside(link: psycopg.Connection[Any], made_at: datetime, *, at: datetime) -> PutAside:
    """Hold all sending, and say of everything that may have been sent since the backup that nobody knows.

    Reactions that waited in the backup are run first, so that the messages they ask for are put aside, too: after the backup
    they have most likely been run and their messages sent. Later they find their messages there and queue nothing.
    """
    since = f"{made_at:%-d %b %Y %H:%M} UTC"
    journal.hasten()
    while journal.relay(at=at, limit=_AT_ONCE):
        pass
    trouble = f"Restored from a backup of {since}: people may have got it after that. Look before you let it go on."
    aside = PutAside(restored.put_aside(at=at), _pause_runs(trouble, at), _unschedule(trouble, at))
    for statement in restored.JUMP_IDS:
        link.execute(statement)
    _hold(since, aside, at)
    return aside


def _pause_runs(trouble: str, at: datetime) -> int:
    going_on = [run for system in ("loyalty", "smartcomms") for run in run_queries.list_going_on(system)]
    paused = [run for run in going_on if run.state != RunState.CANCELLED]
    for run in paused:
        runs.hold(run, trouble=trouble, by=BY, at=at)
    return len(paused)


def _unschedule(trouble: str, at: datetime) -> int:
    return sum(room.unschedule_due(trouble, by=BY, at=at) for room in (loyalty_mailings, smartcomms_mailings))


def _hold(since: str, aside: PutAside, at: datetime) -> None:
    """Hold with the restore's own reason; one that came along in the backup is told in it."""
    provider_queries.forget()
    earlier = provider_queries.find_hold()
    reason = f"Restored from a backup of {since}."
    if earlier is not None:
        providers.release_sending(by=BY, at=at)
        reason = f"{reason} Held before that: {earlier.reason}"[:300]
    providers.hold_sending(reason, put_aside=asdict(aside), by=BY, at=at)
