"""Writes down what happened, with its deliveries to reactions in the same transaction, and runs those deliveries."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection, transaction

from regulars.journal import reactions
from regulars.journal.reactions import Happened
from regulars.kit import reach, sql
from regulars.kit.actor import Actor
from regulars.kit.events import Event
from regulars.kit.trouble import NotReached

MAX_ATTEMPTS = 12
TOGETHER = 20
_RECORD = """
with entry as (
  insert into journal_entry (system, event, person_id, recorded_at, by_kind, by_id, door, body)
  select %s, %s, person, %s, %s, %s, %s, body::jsonb from unnest(%s::text[], %s::text[]) as given (person, body)
  returning id, person_id
), delivery as (
  insert into journal_delivery (entry_id, reaction, person_id, state, attempts, next_at, last_error)
  select entry.id, reaction, entry.person_id, 'waiting', 0, now(), '' from entry cross join unnest(%s::text[]) as reaction
)
select id from entry
"""
# Materialized, for a subquery with a limit could be asked again for every row, and then takes more than that.
_TAKE = """
with mine as materialized (
  select id from journal_delivery w
   where w.state = 'waiting' and w.next_at <= now() and (w.reaction = any(%s::text[])) = %s
     and (w.person_id = '' or not exists (
       select 1 from journal_delivery b
        where b.reaction = w.reaction and b.person_id = w.person_id and b.id < w.id and b.state = 'waiting'))
   order by w.next_at, w.id limit %s for update skip locked)
select d.id, d.reaction, d.attempts, e.id as entry_id, e.event, e.person_id, e.recorded_at, e.body, e.door
  from mine join journal_delivery d on d.id = mine.id join journal_entry e on e.id = d.entry_id
 order by d.id
"""


def record(*events: Event, person_id: str | Sequence[str] = "", by: Actor, at: datetime) -> list[int]:
    """Write events of one kind into the journal, each for its person; answers the entries' ids.

    Reactions run after commit, at least once, and are idempotent by (entry, reaction).
    """
    batch = sql.Batch()
    place = add_to(batch, *events, person_id=person_id, by=by, at=at)
    return [int(row["id"]) for row in batch.send()[place]]


def add_to(batch: sql.Batch, *events: Event, person_id: str | Sequence[str] = "", by: Actor, at: datetime) -> int:
    """Add the same writing to a batch, for callers who count round trips."""
    kind = type(events[0])
    people = [person_id] * len(events) if isinstance(person_id, str) else list(person_id)
    name = kind.event_name()
    bodies = [orjson.dumps(event.body()).decode() for event in events]
    return batch.add(
        _RECORD,
        [kind.system, name, at, by.kind, by.id, reach.marked(by.door), people, bodies, reactions.names_for(name)],
    )


def keep_personal(entry_id: int, person_id: str, changes: Mapping[str, tuple[str, str]], *, by: Actor) -> None:
    """Keep before and after of personal fields apart from the entry, where leaving erases them."""
    sql.run(
        "insert into journal_personal (entry_id, person_id, field, before, after, ip)"
        " select %s, %s, f, b, a, %s from unnest(%s::text[], %s::text[], %s::text[]) as t (f, b, a)",
        [
            entry_id,
            person_id,
            by.ip or "",
            list(changes),
            [before for before, _ in changes.values()],
            [after for _, after in changes.values()],
        ],
    )


def erase_person(person_id: str) -> int:
    """Delete the personal details kept for a person's entries; the entries themselves name nobody."""
    return sql.run("delete from journal_personal where person_id = %s", [person_id])


@dataclass(slots=True)
class _Taken:
    id: int
    reaction: str
    attempts: int
    entry_id: int
    event: str
    person_id: str
    recorded_at: datetime
    body: Any
    door: str


def hasten() -> int:
    """Let waiting deliveries to reactions of this house be tried at once, whatever pause they were in; answer how many."""
    return sql.run(
        "update journal_delivery set next_at = now() where state = 'waiting' and not reaction = any(%s::text[])",
        [reactions.list_outward()],
    )


def relay(*, at: datetime, limit: int = 100, outward: bool = False) -> int:
    """Run waiting deliveries until none is ready or the limit is reached; answers how many were tried.

    `outward` chooses the reactions that ask somebody outside, else those that do not.

    A few are taken at a time and commit together, each within a savepoint: the row is locked, the reaction's writes and
    the mark `done` stand or fall together. A reaction that raises is tried again with growing pauses, and after twelve
    tries lies dead where people see it; when somebody was only not reached, it is tried for ever. Later deliveries for
    the same person and reaction wait for earlier ones.
    """
    tried, most = 0, 1 if outward else TOGETHER
    while tried < limit and (count := _relay_some(at, outward, min(most, limit - tried))):
        tried += count
    return tried


@transaction.atomic
def _relay_some(at: datetime, outward: bool, size: int) -> int:
    taken = sql.fetch(_Taken, _TAKE, [reactions.list_outward(), outward, size])
    for one in taken:
        _react(one, at)
    return len(taken)


def _react(taken: _Taken, at: datetime) -> None:
    try:
        with transaction.atomic(), reach.inherited(taken.door):
            body = orjson.loads(taken.body) if isinstance(taken.body, str) else taken.body
            happened = Happened(taken.entry_id, taken.event, taken.person_id, taken.recorded_at, body, taken.door)
            reactions.get(taken.reaction)(happened, at)
            sql.run(
                "update journal_delivery set state = 'done', attempts = attempts + 1, done_at = now() where id = %s",
                [taken.id],
            )
    except Exception as error:
        if connection.needs_rollback or connection.connection is None or connection.connection.closed:
            raise
        _postpone(taken, error)


def _postpone(taken: _Taken, error: Exception) -> None:
    attempts = min(taken.attempts + 1, 10_000)
    passes = isinstance(error, NotReached)
    pause = timedelta(seconds=min(2 ** min(attempts, 10), 60 if passes else 900))
    where = traceback.extract_tb(error.__traceback__)[-1]
    sql.run(
        "update journal_delivery set attempts = %s, next_at = now() + %s, last_error = %s, state = %s"
        " where id = %s and state = 'waiting' and attempts = %s",
        [
            attempts,
            pause,
            f"{type(error).__name__} at {where.name}:{where.lineno}",
            "dead" if attempts >= MAX_ATTEMPTS and not passes else "waiting",
            taken.id,
            taken.attempts,
        ],
    )
