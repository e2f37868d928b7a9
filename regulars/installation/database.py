"""The database: whether it answers, is new enough and up to date, lets the application do its work and no more."""

import os
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import psycopg

from regulars import database, variables
from regulars.kit import clock, presence, schema, schema_state
from regulars.kit.checks import Finding, failed, ok, warning

OLDEST: Final = 15
POOL: Final = 12  # connections of one process, see regulars/database.py
SOME_S, MANY_S = 5.0, 300.0  # seconds that clocks may differ; the bridge refuses what is five minutes ahead
_ROLE = "select pg_has_role(current_user, oid, 'member') from pg_roles where rolname = %s"
_LACKS = f"""
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = 'public' and c.relkind = 'r' and c.relname = any(%(tables)s)
   and not (has_table_privilege('{schema.ROLE}', c.oid, 'select') and has_table_privilege('{schema.ROLE}', c.oid, 'insert'))
 order by 1
"""
_MAY_CHANGE = f"""
select name from unnest(%(tables)s::text[]) name
 where to_regclass(name) is not null and has_table_privilege('{schema.ROLE}', name, 'update, delete, truncate') order by 1
"""


def reach(at: datetime) -> Finding:
    """Look whether the database answers and is new enough."""
    kind = database.kind()
    try:
        with schema_state.connected_as_owner(connect_timeout=4) as link:
            version = link.info.server_version
    except psycopg.Error as error:
        return unreachable((str(error).strip().splitlines() or ["it does not answer"])[0])
    told = f"{version // 10_000}.{version % 10_000}"
    if version < OLDEST * 10_000:
        said = f"PostgreSQL {told} is too old: {OLDEST} or newer is needed."
        return failed("database", said, "Upgrade PostgreSQL, or unset DATABASE_URL to use the one that comes along")
    return ok("database", f"PostgreSQL {told} answers ({'it came along' if kind == 'embedded' else 'your own'}).")


def unreachable(why: str) -> Finding:
    """Say that the database cannot be reached, and why."""
    fix = (
        "regulars up, and if that fails, its log stands in: regulars where"
        if database.kind() == "embedded"
        else "Start PostgreSQL, or correct DATABASE_URL; what is used now: regulars config"
    )
    return failed("database", f"The database does not answer: {why}", fix)


def migrations(at: datetime) -> Finding:
    """Look whether the schema is the one that this code wants."""
    standing = schema_state.look(anew=True)
    if standing.is_current:
        return ok("migrations", standing.sentence)
    said = warning if standing.is_in_work else failed
    return said("migrations", standing.sentence, standing.fix)


def role(at: datetime) -> Finding:
    """Look whether the application's role can do its work, and cannot change what is written for ever."""
    name, fix = "role", "regulars migrate"
    with schema_state.connected_as_owner(connect_timeout=4) as link:
        row = link.execute(_ROLE, [schema.ROLE]).fetchone()
        if row is None or not row[0]:
            return failed(name, f"The role {schema.ROLE} is missing, or may not be taken.", fix)
        append_only = schema.append_only_tables()
        if able := _names(link, _MAY_CHANGE, {"tables": append_only}):
            said = f"The application could change what is written for ever: {', '.join(able)}."
            return failed(name, said, fix)
        if lacking := _names(link, _LACKS, {"tables": schema.tables()}):
            return failed(name, f"The application may not use the table {', '.join(lacking)}.", fix)
    return ok(name, f"{schema.ROLE} may do its work, and {len(append_only)} tables can only be added to.")


def _names(link: psycopg.Connection[Any], question: str, params: dict[str, Any]) -> list[str]:
    return [str(row[0]) for row in link.execute(question, params)]


def clock_of(at: datetime) -> Finding:
    """Compare this machine's clock with PostgreSQL's, which counts for everything that is written down."""
    with schema_state.connected_as_owner(connect_timeout=4) as link:
        before, began = clock.of_this_machine(), time.monotonic()
        row = link.execute("select clock_timestamp()").fetchone()
        taken = time.monotonic() - began
    assert row is not None
    off = abs((row[0] - before).total_seconds() - taken / 2)
    fix = "timedatectl set-ntp true, here and where PostgreSQL runs"
    said = f"This machine's clock and PostgreSQL's differ by {off:.1f} s."
    if off > MANY_S:
        return failed("clock", f"{said} Changes from the other system would be put aside.", fix)
    if off > SOME_S:
        return warning("clock", said, fix)
    return ok("clock", said)


def room_for_workers(at: datetime) -> list[Finding]:
    """Look whether processor and database have room for the web processes."""
    count = int(variables.number("REGULARS_WEB_WORKERS"))
    with schema_state.connected_as_owner(connect_timeout=4) as link:
        row = link.execute("select current_setting('max_connections')::int").fetchone()
    assert row is not None
    return list(_room(count, most=int(row[0]), cores=os.cpu_count() or 1))


def _room(count: int, *, most: int, cores: int) -> Iterator[Finding]:
    name, needed = "web workers", (count + 1) * POOL
    if needed > most - 3:
        fits = max(1, (most - 3) // POOL - 1)
        yield warning(
            name,
            f"{count} web processes and the worker may open {needed} connections, and PostgreSQL takes {most}.",
            f"export REGULARS_WEB_WORKERS={fits}, or raise max_connections of PostgreSQL",
        )
    elif count > 2 * cores:
        said = f"{count} web processes share {cores} processors; more than {2 * cores} only take memory."
        yield warning(name, said, f"export REGULARS_WEB_WORKERS={2 * cores}")
    else:
        yield ok(name, f"{count} web process{'es' if count > 1 else ''}, room for their connections.")


def worker(at: datetime) -> Finding:
    """Look whether a worker lives: it holds a lock in the database as long as it does."""
    count = presence.count(presence.WORKER)
    if not count:
        said = "No worker runs: nothing is sent, and nothing follows from what happened."
        return failed("worker", said, "regulars worker")
    return ok("worker", f"{count} worker{'s run' if count > 1 else ' runs'}.")
