"""Restores a backup into this or a newer release; what may be stale afterwards is put aside, and nothing is sent again."""

import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg.sql import SQL, Identifier

from regulars import database, variables
from regulars.kit import clock, schema_state
from regulars.management.backup import aside, invariants, loading, making, programs
from regulars.management.backup.archive import KEPT, SECRETS, Archive
from regulars.management.backup.aside import PutAside

_TABLES = "select count(*) from pg_tables where schemaname = 'public'"
_OTHERS = """
select count(*) from pg_stat_activity
 where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""
_LEAVING_S = 3.0
_UNMARK = "delete from django_migrations where app = %s and name = %s"


class RestoreNotPossible(Exception):
    """The backup cannot be restored there; the message says why and what helps."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore has done."""

    name: str
    rows: int
    steps: int
    put_aside: PutAside | None = None
    kept_as: str = ""
    violations: Sequence[str] = ()
    remarks: list[str] = field(default_factory=list)


def restore(archive: Archive, *, say: Callable[[str], None]) -> Restored:
    """Restore into the database of the settings, which must be empty. Raises `RestoreNotPossible`, `ToolFailed`."""
    _can_be_read(archive)
    name = _here()
    with schema_state.connected_as_owner() as link:
        has_tables = _one(link, _TABLES)
        is_unfinished = has_tables and schema_state.UNFINISHED in schema_state.unknown_of(schema_state.applied_to(link))
        if has_tables and not is_unfinished:
            raise RestoreNotPossible(
                f"The database {name} is not empty. Restore beside it with --into NEW_NAME, or put the backup in its place"
                f" with --replace {name}; what is there now is kept under another name."
            )
    return _restore(archive, name, say, is_ours=True, is_cleared=is_unfinished)


def restore_into(archive: Archive, name: str, *, say: Callable[[str], None]) -> Restored:
    """Restore into a new database on the same server."""
    _can_be_read(archive)
    with _made(name):
        return _restore(archive, name, say)


def restore_in_place(archive: Archive, name: str, *, say: Callable[[str], None]) -> Restored:
    """Restore beside the database of the settings, then let both change names; `name` is said again, as a confirmation."""
    _can_be_read(archive)
    here = _here()
    if name != here:
        raise RestoreNotPossible(
            f"The database here is called {here}. To put the backup in its place: --replace {here}"
        )
    with schema_state.connected_as_owner() as link:
        _nobody_else(link, here)
    stamp = f"{datetime.now(UTC):%Y%m%d%H%M%S}"
    fresh, old = f"{here}_restored_{stamp}", f"{here}_before_{stamp}"
    with _made(fresh):
        done = _restore(archive, fresh, say, is_ours=True)
        _let_go()
        with schema_state.connected_as_owner() as link:
            _nobody_else(link, here)
        with _server() as server, server.transaction():
            server.execute(SQL("alter database {} rename to {}").format(Identifier(here), Identifier(old)))
            server.execute(SQL("alter database {} rename to {}").format(Identifier(fresh), Identifier(here)))
    _point_at(here)
    return Restored(here, done.rows, done.steps, done.put_aside, old, done.violations, done.remarks)


def verify(archive: Archive, *, say: Callable[[str], None]) -> Restored:
    """Restore into a database that is thrown away afterwards, and see whether everything in it agrees."""
    _can_be_read(archive)
    here, name = _here(), f"regulars_verify_{secrets.token_hex(4)}"
    with _made(name):
        try:
            return _restore(archive, name, say, is_trial=True)
        finally:
            _point_at(here)
            _drop(name)


def _restore(
    archive: Archive,
    name: str,
    say: Callable[[str], None],
    *,
    is_ours: bool = False,
    is_cleared: bool = False,
    is_trial: bool = False,
) -> Restored:
    """Load, compare, migrate, look, put aside; `is_ours`: it becomes the database in use, so the home folder follows."""
    made_at = datetime.fromisoformat(archive.manifest["made_at"])
    with schema_state.connected_as_owner(dbname=name) as link:
        _nobody_else(link, name)
        if not _one(link, "select pg_try_advisory_lock(%s)", [schema_state.LOCK]):
            raise RestoreNotPossible(f"Another process is at work on the database {name}; wait until it is done.")
        chosen = programs.choose(programs.major_of(link), at_least=int(archive.manifest["programs"]))
        loading.load(archive, name, chosen=chosen, is_cleared=is_cleared)
        rows = _compare_counts(archive, link)
        say(f"{rows:,} rows are back, as they were at {made_at:%Y-%m-%d %H:%M} UTC.")
        _point_at(name)
        steps = len(schema_state.pending_after(schema_state.applied_to(link)))
        call_command("migrate", verbosity=0, is_locked=True)
        if steps:
            say(f"The schema went {steps} steps to this release.")
        violations = invariants.list_violations()
        put_aside = None if is_trial else aside.put_aside(link, made_at, at=clock.now())
        remarks = [] if is_trial else list(_restore_files(archive, is_ours=is_ours))
        link.execute(_UNMARK, schema_state.UNFINISHED.split(".", 1))
        schema_state.forget()
    return Restored(name, rows, steps, put_aside, "", violations, remarks)


def _can_be_read(archive: Archive) -> None:
    archive.check()
    applied = {(app, name) for app, _, name in (one.partition(".") for one in archive.manifest["migrations"])}
    if unknown := schema_state.unknown_of(applied):
        raise RestoreNotPossible(
            f"This backup was made by a newer release, {archive.manifest['version']}: it has {unknown[0]}. Install that one."
        )


def _compare_counts(archive: Archive, link: psycopg.Connection[Any]) -> int:
    found, wanted = making.count_rows(link), dict(archive.manifest["counts"])
    wanted["django_migrations"] += 1  # the mark of a restore that goes on
    if found != wanted:
        table = next(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
        raise RestoreNotPossible(
            f"{table} has {found.get(table, 0)} rows after the restore, and {wanted.get(table, 0)} are in the backup."
        )
    return sum(found.values()) - 1


def _restore_files(archive: Archive, *, is_ours: bool) -> Iterator[str]:
    """Put back the secret and the files of the home folder; says what people have to do themselves."""
    kept = archive.json(SECRETS)
    if not is_ours:
        yield "The secret key and the files of the home folder were left in the backup: this database is not the one in use."
        return
    if kept["secret_key"] != settings.SECRET_KEY:
        if variables.find("REGULARS_SECRET_KEY") is not None:
            yield (
                "REGULARS_SECRET_KEY is another one than in the backup: links, sessions and second factors from before work"
                f" only with that one. Read it with: tar -xOf {archive.path} {SECRETS}"
            )
        else:
            _write(database.home() / "secret_key", kept["secret_key"].encode())
            yield "The secret key is back; processes that run must be started anew."
    for name in archive.kept_files():
        place = (database.home() / name).resolve()
        if place.is_relative_to(database.home().resolve()):
            place.parent.mkdir(parents=True, exist_ok=True)
            _write(place, b"".join(archive.chunks(f"{KEPT}{name}")))


def _write(place: Any, content: bytes) -> None:
    fresh = place.with_name(f"{place.name}.new")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
    fresh.replace(place)


# --- databases


def _here() -> str:
    return str(connections["default"].settings_dict["NAME"])


def _point_at(name: str) -> None:
    """Let Django work on another database of the same server."""
    _let_go()
    connections["default"].settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
    schema_state.forget()


def _let_go() -> None:
    connections["default"].close()
    connections["default"].close_pool()  # type: ignore[attr-defined]


@contextmanager
def _server() -> Iterator[psycopg.Connection[Any]]:
    with schema_state.connected_as_owner(dbname="postgres") as server:
        yield server


@contextmanager
def _made(name: str) -> Iterator[None]:
    """A new database; when what is done with it fails, it is dropped again."""
    here = _here()
    try:
        with _server() as server:
            server.execute(SQL("create database {} template template0").format(Identifier(name)))
    except psycopg.errors.DuplicateDatabase as error:
        raise RestoreNotPossible(f"There is a database {name} already. Choose another name.") from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise RestoreNotPossible(
            "The owner of the database may not make another one (alter role … createdb). Restore into an empty database instead."
        ) from error
    try:
        yield
    except BaseException:
        _point_at(here)
        _drop(name)
        raise


def _drop(name: str) -> None:
    with _server() as server:
        server.execute(SQL("drop database if exists {} with (force)").format(Identifier(name)))


def _nobody_else(link: psycopg.Connection[Any], name: str) -> None:
    """Raise when somebody else is connected; one that is just leaving, such as we ourselves, is given a moment."""
    _let_go()
    until = time.monotonic() + _LEAVING_S
    while (others := _one(link, _OTHERS)) and time.monotonic() < until:
        time.sleep(0.1)
    if others:
        raise RestoreNotPossible(
            f"{others} other connection{'' if others == 1 else 's'} to the database {name}: stop Regulars (and other programs)"
            " there first."
        )


def _one(link: psycopg.Connection[Any], question: str, params: Any = ()) -> Any:
    row = link.execute(question, params).fetchone()
    return row[0] if row else None
