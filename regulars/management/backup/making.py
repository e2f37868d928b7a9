"""Makes a backup: everything as it was at one instant, while the installation runs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from regulars import database, variables
from regulars.kit import backups, schema_state
from regulars.management.backup import archive, programs

# What of the home folder is worth keeping: the rest is made anew, or is the database itself.
KEPT_FOLDERS = ("media",)
MASK = "set, and not in this file"
_TABLES = "select tablename from pg_tables where schemaname = 'public' order by 1"


class BackupNotPossible(Exception):
    """The backup cannot be made; the message says why and what helps."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One instant of the database, as several connections see it."""

    name: str
    link: psycopg.Connection[Any]


def make(path: Path, *, is_replacing: bool = False, at: datetime) -> backups.Made:
    """Write a backup to this file, whole or not at all, and remember that it was made.

    Nothing is stopped for it: what is written meanwhile is not in it. Raises `BackupNotPossible`, `ToolMissing` and
    `ToolFailed`, and then there is no file.
    """
    if path.exists() and not is_replacing:
        raise BackupNotPossible(f"{path} is there already. Choose another name, or say --replace.")
    if not path.parent.is_dir():
        raise BackupNotPossible(f"There is no folder {path.parent}.")
    standing = schema_state.look(anew=True)
    if standing.is_in_work or schema_state.UNFINISHED in standing.unknown:
        raise BackupNotPossible(standing.sentence)
    if len(standing.pending) == len(schema_state.in_order()):
        raise BackupNotPossible("The database is empty: there is nothing to back up yet.")
    with snapshot() as seen, archive.Draft(path) as draft:
        about = _about(seen.link)
        chosen = programs.choose(programs.major_of(seen.link))
        command = [chosen["pg_dump"], "--format=custom", "--compress=5", f"--snapshot={seen.name}"]
        draft.add(archive.DATABASE, programs.read(command, programs.environment()))
        draft.add(archive.SECRETS, [_secrets()])
        draft.add(archive.SETTINGS, [json.dumps(_settings(), indent=1).encode()])
        for file in _kept_files():
            draft.add(f"{archive.KEPT}{file.relative_to(database.home())}", _chunks(file))
        octets = draft.publish({"made_at": at.isoformat(), "programs": chosen.major, **about})
    made = backups.Made(at, str(path.absolute()), octets, version("regulars"))
    backups.record(made)
    return made


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """Hold one instant of the database still; others join it by its name."""
    with schema_state.connected_as_owner() as link, link.transaction():
        link.execute("set transaction isolation level repeatable read, read only")
        row = link.execute("select pg_export_snapshot()").fetchone()
        assert row is not None
        yield Snapshot(row[0], link)


def _about(link: psycopg.Connection[Any]) -> dict[str, Any]:
    applied = schema_state.applied_to(link)
    return {
        "version": version("regulars"),
        "systems": sorted(settings.SYSTEMS),
        "server": link.info.server_version,
        "migrations": sorted(f"{app}.{name}" for app, name in applied),
        "counts": count_rows(link),
    }


def count_rows(link: psycopg.Connection[Any]) -> dict[str, int]:
    """How many rows each table has."""
    counts = {}
    for (table,) in link.execute(_TABLES).fetchall():
        row = link.execute(psycopg.sql.SQL("select count(*) from {}").format(psycopg.sql.Identifier(table))).fetchone()
        counts[table] = row[0] if row else 0
    return counts


def _secrets() -> bytes:
    """What links, sessions and second factors are verified with: without it, they would be worth nothing."""
    kept = {"secret_key": settings.SECRET_KEY, "fallbacks": list(settings.SECRET_KEY_FALLBACKS)}
    return json.dumps(kept).encode()


def _settings() -> dict[str, str]:
    """The variables that are set, for whoever sets up the next machine."""
    said = {one.name: variables.find(one.name) for one in variables.TABLE if not one.is_internal}
    secret = {one.name for one in variables.TABLE if one.is_secret}
    return {name: MASK if name in secret else value for name, value in said.items() if value is not None}


def _kept_files() -> Iterator[Path]:
    for folder in KEPT_FOLDERS:
        yield from sorted(path for path in (database.home() / folder).rglob("*") if path.is_file())


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(1 << 20):
            yield chunk
