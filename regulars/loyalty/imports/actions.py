"""Looks at the files of an existing programme without changing anything, and moves it in."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit import ids, sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, Refusal
from regulars.loyalty.imports import looking, queries, staging, steps
from regulars.loyalty.imports.events import ImportBegun, ImportEnded
from regulars.loyalty.imports.files import PROGRAMME
from regulars.loyalty.imports.models import Import, ImportedFile
from regulars.loyalty.imports.outcome import Look
from regulars.loyalty.programme import actions as programmes

LOCK = 7_250_318_601
WAIT_S = 60.0
_ASK_AGAIN_S = 0.5


class FilesRefused(Refusal):
    """At least one file cannot be read at all."""

    code = "files_refused"


class RowsWrong(Refusal):
    """At least one row is wrong, and nobody said that such rows may stay behind."""

    code = "rows_wrong"


class ImportRunning(Conflict):
    """Another import is being applied."""

    code = "import_running"


@contextmanager
def look(folder: Path, *, is_to_apply: bool = False, at: datetime) -> Iterator[Look]:
    """Read and judge a folder; what was read is there until the end of the block, for `apply` and for lists of errors.

    Changes nothing. With `is_to_apply` no other import runs meanwhile: raises `ImportRunning` when one does for a minute.
    Raises `NothingToImport`, `NoProgramme`, `FileRefused` when programme.csv is needed and cannot be read.
    """
    if is_to_apply:
        _lock()
    try:
        with staging.opened():
            yield looking.look_at(folder, at=at)
    finally:
        if is_to_apply:
            sql.run("select pg_advisory_unlock(%s)", [LOCK])


def apply(
    found: Look,
    *,
    skip_wrong: bool = False,
    by: Actor,
    at: datetime,
    tell: Callable[[str, int, int], None] = lambda file, done, new: None,
) -> int:
    """Move in what is new in the files that were looked at; answers how many rows. Nobody is sent anything.

    Goes in batches that are committed one by one: killed at any moment, it goes on when it is started again with the
    same files. What is there is never changed; the same files again change nothing at all. Not inside a transaction of the
    caller's. Raises `FilesRefused`, `RowsWrong`, and `PhoneTaken` when somebody took a phone in this instant.
    """
    if found.refused:
        raise FilesRefused(f"{', '.join(file.name for file in found.refused)} cannot be read; nothing was changed.")
    if found.wrong and not skip_wrong:
        raise RowsWrong(f"{found.wrong:,} rows are wrong; nothing was changed.")
    if not found.new:
        return 0
    if found.beginning is not None:
        _make_programme(found, by=by, at=at)
    into = _begin(found, skip_wrong=skip_wrong, by=by, at=at)
    steps.run_all(steps.Move(found, into, by, at, tell))
    _end(found, into, by=by, at=at)
    return found.new


def seal(found: Look) -> bytes:
    """The digest of all files together."""
    together = hashlib.sha256()
    for file, seen in found.seen.items():
        together.update(file.name.encode() + b"\0" + seen.digest)
    return together.digest()


def find_interrupted(found: Look) -> queries.Interrupted | None:
    """The last import of these very files, if it was interrupted."""
    return queries.find_interrupted(seal(found))


def _lock() -> None:
    """Wait for our turn: the database still runs the last statement of an import that was killed a moment ago."""
    for _ in range(int(WAIT_S / _ASK_AGAIN_S)):
        if sql.fetch(dict, "select pg_try_advisory_lock(%s) as is_ours", [LOCK])[0]["is_ours"]:
            return
        time.sleep(_ASK_AGAIN_S)
    raise ImportRunning("Another import is running. Wait until it has ended.")


def _make_programme(found: Look, *, by: Actor, at: datetime) -> None:
    told = found.beginning
    assert told is not None
    programmes.create(
        told.name,
        currency=told.currency,
        region=told.region,
        time_zone=told.time_zone,
        consent_mode=told.consent_mode,
        points_decimals=told.points_decimals,
        by=by,
        at=at,
    )


@transaction.atomic
def _begin(found: Look, *, skip_wrong: bool, by: Actor, at: datetime) -> Import:
    into = Import.objects.create(public_id=ids.new("imp"), seal=seal(found), begun_at=at, by_kind=by.kind, by_id=by.id)
    for file, totals in found.totals.items():
        ImportedFile.objects.create(
            of=into,
            name=file.name,
            digest=found.seen[file].digest,
            rows=totals.rows,
            new=totals.new,
            there=totals.there,
            different=totals.different,
            gone=totals.gone,
            wrong=totals.wrong,
            done=totals.new if file is PROGRAMME else 0,
        )
    names = tuple(file.name for file in found.totals)
    journal.record(ImportBegun(into.public_id, names, skip_wrong), by=by, at=at)
    return into


@transaction.atomic
def _end(found: Look, into: Import, *, by: Actor, at: datetime) -> None:
    Import.objects.filter(id=into.pk).update(ended_at=at)
    added = {file.name: totals.new for file, totals in found.totals.items()}
    journal.record(ImportEnded(into.public_id, added), by=by, at=at)
