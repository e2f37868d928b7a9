"""How the schema of the database stands to the code: as it should be, older, newer, or being changed at this moment."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration

from regulars.kit.refusal import Refusal

# Held by whoever migrates or restores, for as long as their session lives: killed, they leave nothing behind.
LOCK = 7_250_318_001
# Stands among the migrations as long as a restore is not finished: no release knows it, so nobody works on such a database.
UNFINISHED = "regulars.restore_not_finished"
_LOOK_EVERY_S = 0.5
_APPLIED = "select app, name from django_migrations"
_HAS_TABLE = "select to_regclass('django_migrations') is not null"
_SIGNATURE = "select obj_description(to_regclass('django_migrations'))"
_IS_FREE = "select pg_try_advisory_lock_shared(%s)"


class SchemaNotCurrent(Refusal):
    """The database does not fit the program at this moment: it is older, newer, or being brought up to date. Try again."""

    code = "schema_not_current"
    status = 503


@dataclass(frozen=True, slots=True)
class Standing:
    """What the database still lacks, what it has from a release that this code does not know, and whether it is in work."""

    pending: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    is_in_work: bool = False

    @property
    def is_current(self) -> bool:
        """Whether this code may work on this database."""
        return not (self.pending or self.unknown or self.is_in_work)

    @property
    def sentence(self) -> str:
        """How it stands, for people."""
        if UNFINISHED in self.unknown:
            return "A backup is being restored into this database, or was and did not come to its end."
        if self.unknown:
            return (
                f"This database was upgraded by a newer release than the one that runs here: it has {self.unknown[0]}."
            )
        if self.is_in_work:
            return "The database is being brought up to date at this moment. This ends by itself."
        if self.pending:
            count = len(self.pending)
            return (
                f"The database is older than the program: {count} step{'' if count == 1 else 's'} of the schema to go."
            )
        return "The schema is as the program wants it."

    @property
    def fix(self) -> str:
        """The command, or what else helps; empty when nothing needs help."""
        if UNFINISHED in self.unknown:
            return "wait a minute, or restore it again: regulars restore FILE"
        if self.unknown:
            return "start the newer release again, or restore the backup from before: regulars restore FILE"
        if self.is_in_work:
            return "wait a minute"
        return "regulars upgrade" if self.pending else ""


def list_pending() -> list[str]:
    """The migrations that the database lacks, such as `providers.0002_hold`; asks nobody once it was up to date."""
    return list(look().pending)


def is_current() -> bool:
    """Whether this code may work on this database. Free of charge once it was so; until then looked at twice a second."""
    return _known.is_current or look().is_current


def look(*, anew: bool = False) -> Standing:
    """How the schema stands: remembered for good once it is current, else for half a second; `anew` looks in any case.

    Raises `psycopg.Error` when the database does not answer.
    """
    with _known.lock:
        if anew or not (_known.is_current or time.monotonic() < _known.until):
            _known.standing = _look()
            _known.until = time.monotonic() + _LOOK_EVERY_S
            _known.is_current = _known.standing.is_current
        return _known.standing


def remember(standing: Standing | None = None) -> None:
    """Take it as current, or as it is said here, without looking: for tests, whose databases are made from the code."""
    with _known.lock:
        _known.standing = standing or Standing()
        _known.is_current, _known.until = _known.standing.is_current, float("inf")


def forget() -> None:
    """Look again at the next question."""
    with _known.lock:
        _known.is_current, _known.until = False, 0.0


class _Known:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.is_current, self.until, self.standing = False, 0.0, Standing()


_known = _Known()


@contextmanager
def connected_as_owner(**other: Any) -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own, without the application's role, which may be missing; `other` goes before the settings."""
    given = connections["default"].get_connection_params()
    kept = {
        name: given[name] for name in given if name not in ("cursor_factory", "context", "prepare_threshold", "options")
    }
    with psycopg.connect(**{**kept, **other}, autocommit=True) as link:
        yield link


def applied_to(link: psycopg.Connection[Any]) -> set[tuple[str, str]]:
    """The migrations that a database has, as (app, name)."""
    if not _one(link, _HAS_TABLE):
        return set()
    return {(row[0], row[1]) for row in link.execute(_APPLIED)}


def pending_after(applied: set[tuple[str, str]]) -> list[Migration]:
    """The migrations that are missing, in the order in which they would run."""
    return [one for key, one in in_order().items() if key not in applied and not _is_replaced(one, applied)]


@dataclass(frozen=True, slots=True)
class Signature:
    """Which release brought the schema up to date, and which migrations older releases need not know."""

    release: str = ""
    harmless: frozenset[str] = frozenset()


def signature_of(link: psycopg.Connection[Any]) -> Signature:
    """The signature of the last `migrate`, if there is one."""
    try:
        said = json.loads(_one(link, _SIGNATURE) or "{}")
        return Signature(str(said.get("release", "")), frozenset(said.get("harmless", ())))
    except (ValueError, AttributeError, TypeError):
        return Signature()


def unknown_to_us(link: psycopg.Connection[Any]) -> list[str]:
    """The migrations of a newer release without which this code cannot work on this database."""
    return [name for name in unknown_of(applied_to(link)) if name not in signature_of(link).harmless]


def unknown_of(applied: set[tuple[str, str]]) -> list[str]:
    """The migrations that this code has never heard of."""
    known = set(in_order()) | {key for one in in_order().values() for key in one.replaces}
    return sorted(f"{app}.{name}" for app, name in applied - known)


@cache
def in_order() -> dict[tuple[str, str], Migration]:
    """All migrations of this code, each after those that it needs."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    plan: dict[tuple[str, str], Migration] = {}
    for leaf in sorted(loader.graph.leaf_nodes()):
        for key in loader.graph.forwards_plan(leaf):
            plan.setdefault(key, loader.graph.nodes[key])
    return plan


def _look() -> Standing:
    with connected_as_owner(connect_timeout=5) as link:
        is_free = bool(_one(link, _IS_FREE, [LOCK]))
        pending = tuple(f"{one.app_label}.{one.name}" for one in pending_after(applied_to(link)))
        unknown = tuple(unknown_to_us(link))
    return Standing(pending, unknown, is_in_work=not is_free)


def _is_replaced(migration: Migration, applied: set[tuple[str, str]]) -> bool:
    return bool(migration.replaces) and all(tuple(key) in applied for key in migration.replaces)


def _one(link: psycopg.Connection[Any], question: str, params: Any = ()) -> Any:
    row = link.execute(question, params).fetchone()
    return row[0] if row else None
