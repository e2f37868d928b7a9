"""The life of a run: open, freeze, take and record people, hold and release, cancel, finish."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit import ids, sql
from regulars.kit.actor import Actor
from regulars.kit.events import Event
from regulars.kit.refusal import Conflict
from regulars.runs.events import RunCancelled, RunEnded, RunPaused, RunReleased, RunStarted
from regulars.runs.models import Run, RunState

_GOES_ON = (RunState.FREEZING, RunState.QUEUEING, RunState.SENDING)
_LOCK_FREEZING = "select 1 as one from runs_run where id = %s and state = 'freezing' and not is_held for update"
_FREEZE = """
insert into runs_recipient (person_id, run_id, state, reason)
select distinct q.person_id, %s::bigint, 'waiting', '' from ({people}) q (person_id)
    on conflict on constraint nobody_is_twice_in_a_run do nothing
"""
_FROZEN = """
update runs_run r set state = 'queueing', frozen_at = %s,
       audience_size = (select count(*) from runs_recipient where run_id = r.id)
 where id = %s returning audience_size
"""
# The run stays as it is until the caller's transaction ends: cancelling waits for it (milliseconds), holding does not.
_TAKE = """
with run as (
  select id from runs_run where id = %s and state = 'queueing' and not is_held for key share)
select r.person_id from runs_recipient r
 where r.run_id = (select id from run) and r.state = 'waiting' order by r.id limit %s for update of r skip locked
"""
_RECORD = """
update runs_recipient r set state = g.state, reason = g.reason
  from unnest(%s::text[], %s::text[], %s::text[]) as g (person_id, state, reason)
 where r.person_id = g.person_id and r.run_id = %s and r.state = 'waiting'
"""
_QUEUED_ALL = """
update runs_run r set state = 'sending'
 where id = %s and state = 'queueing' and not exists (
   select 1 from runs_recipient p where p.run_id = r.id and p.state = 'waiting')
"""


class RunIsOver(Conflict):
    """The run has ended or was cancelled; nothing about it changes any more."""

    code = "run_is_over"


class RunGoesOn(Conflict):
    """The mailing is being sent already; a second run of it waits for the end of the first."""

    code = "run_goes_on"


@transaction.atomic
def open_run(
    system: str,
    *,
    mailing_id: str,
    kind: str,
    channel: str,
    estimate: Mapping[str, Any] | None = None,
    by: Actor,
    at: datetime,
) -> Run:
    """Open a run of a mailing, or a test of it; its audience is frozen next.

    `estimate` is what was reckoned beforehand, kept to compare. Raises `RunGoesOn`: a mailing runs once at a time.
    """
    mine = Run.objects.filter(system=system, mailing_id=mailing_id, kind="mailing", ended_at__isnull=True)
    if kind == "mailing" and mine.exists():
        raise RunGoesOn("This mailing is being sent already. Wait until it is done, or cancel it.")
    run = Run.objects.create(
        system=system,
        public_id=ids.new("run"),
        mailing_id=mailing_id,
        kind=kind,
        channel=channel,
        estimate=None if estimate is None else dict(estimate),
        started_by=f"{by.kind}:{by.id}",
        started_at=at,
    )
    journal.record(RunStarted(run.public_id, mailing_id, kind, channel), by=by, at=at)
    return run


@transaction.atomic
def freeze(run: Run, people: str, params: Sequence[Any], *, at: datetime) -> int | None:
    """Write down a run's audience, which is what the statement `people` selects as its one column of person ids.

    All or nothing: killed half way, it starts anew. Answers how many people there are, or None when the run is not
    freezing any more, or is held.
    """
    if not sql.run(_LOCK_FREEZING, [run.pk]):
        return None
    sql.run(_FREEZE.format(people=people), [run.pk, *params])
    return int(sql.fetch(dict, _FROZEN, [at, run.pk])[0]["audience_size"])


def take(run: Run, limit: int) -> list[str]:
    """Take people of a run who wait for their text; nobody else gets them until this transaction ends.

    Nobody, when the run is held or cancelled. Call `record` for all of them in the same transaction.
    """
    return [row["person_id"] for row in sql.fetch(dict, _TAKE, [run.pk, limit])]


def record(run: Run, *, queued: Sequence[str] = (), skipped: Mapping[str, str] | None = None) -> int:
    """Write down for whom a message was queued, and who was left out for which reason; answers how many were new."""
    left_out = skipped or {}
    columns = [
        [*queued, *left_out],
        [*["queued"] * len(queued), *["skipped"] * len(left_out)],
        [*[""] * len(queued), *left_out.values()],
    ]
    return sql.run(_RECORD, [*columns, run.pk])


@transaction.atomic
def hold(run: Run, *, trouble: str = "", by: Actor, at: datetime) -> None:
    """Pause a run: nothing of it leaves from the commit on, claimed messages included. Said twice, once.

    `trouble` says, for people, what does not work when nobody asked for the pause. Raises `RunIsOver`.
    """
    if _change(run, {"is_held": False}, is_held=True, trouble=trouble):
        _tell(RunPaused(run.public_id, run.mailing_id, bool(trouble)), by, at)


@transaction.atomic
def release(run: Run, *, by: Actor, at: datetime) -> None:
    """Let a paused run go on. Raises `RunIsOver`."""
    if _change(run, {"is_held": True}, is_held=False, trouble=""):
        _tell(RunReleased(run.public_id, run.mailing_id), by, at)


@transaction.atomic
def cancel(run: Run, *, by: Actor, at: datetime) -> None:
    """Break a run off: from the commit on nothing of it leaves and nothing more is queued.

    The caller takes back what is queued already (`messages.cancel_run`), and then calls `finish`. Raises `RunIsOver`.
    """
    Run.objects.select_for_update().filter(pk=run.pk).first()
    if _change(run, {}, state=RunState.CANCELLED):
        _tell(RunCancelled(run.public_id, run.mailing_id), by, at)


@transaction.atomic
def finish(run: Run, *, has_messages: bool, by: Actor, at: datetime) -> bool:
    """Bring a run one step nearer to its end, if it is time; answers whether it made that step.

    When nobody waits for a text any more, its texts are made; when no message of it waits or is on its way either, it
    is done. `has_messages` says whether there are such; find it out after reading `run`, whose state counts here.
    """
    if run.state == RunState.QUEUEING:
        return bool(sql.run(_QUEUED_ALL, [run.pk]))
    if has_messages or run.state not in (RunState.SENDING, RunState.CANCELLED):
        return False
    ended = Run.objects.filter(pk=run.pk, state=run.state, ended_at__isnull=True)
    if run.state == RunState.CANCELLED:
        return bool(ended.update(ended_at=at))
    if done := ended.update(ended_at=at, state=RunState.DONE):
        _tell(RunEnded(run.public_id, run.mailing_id, run.audience_size or 0), by, at)
    return bool(done)


def _change(run: Run, only: Mapping[str, Any], **fields: Any) -> int:
    changed = Run.objects.filter(pk=run.pk, state__in=_GOES_ON, **only).update(**fields)
    run.refresh_from_db()
    if not changed and run.state not in _GOES_ON:
        raise RunIsOver("This run is over.")
    return changed


def _tell(event: Event, by: Actor, at: datetime) -> None:
    journal.record(event, by=by, at=at)
