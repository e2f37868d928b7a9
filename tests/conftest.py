"""How tests get their database: migrated once into a template, copied for each worker, dropped afterwards."""

import hashlib
import importlib.metadata
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import TransactionTestCase

from regulars.kit import schema_state

ROOT = Path(__file__).resolve().parent.parent
LOCK = 7_250_318_002
# What migrations write, and no test takes away.
SHIPPED = [
    "django_migrations",
    "django_content_type",
    "smartcomms_subscriptions_unsubscriptionreason",
    "loyalty_subscriptions_mailingtype",
]


def _server(name: str = "postgres") -> psycopg.Connection[Any]:
    database = settings.DATABASES["default"]
    return psycopg.connect(
        host=database["HOST"] or None,
        port=database["PORT"] or None,
        user=database["USER"] or None,
        password=database["PASSWORD"] or None,
        dbname=name,
        autocommit=True,
    )


def _template_name() -> str:
    versions = " ".join(importlib.metadata.version(name) for name in ("django", "django-allauth"))
    seal = hashlib.sha256(versions.encode())
    for path in sorted(
        [
            *ROOT.glob("regulars/**/migrations/*.py"),
            *ROOT.glob("regulars/**/models.py"),
            ROOT / "regulars/kit/schema.py",
        ]
    ):
        seal.update(path.read_bytes())
    return f"regulars_template_{seal.hexdigest()[:16]}"


def _empty_all_tables(*_: Any) -> None:
    """What Django's flush does, as the owner: the application's role may not truncate."""
    with _server(connection.settings_dict["NAME"]) as owner:
        tables = owner.execute(
            "select string_agg(quote_ident(tablename), ', ') from pg_tables where schemaname = 'public'"
            " and not tablename = any(%s)",
            [SHIPPED],
        ).fetchone()
        assert tables is not None
        owner.execute(f"truncate {tables[0]}")


def _use(name: str) -> None:
    connections["default"].close()
    if "default" in connections["default"]._connection_pools:  # type: ignore[attr-defined]
        connections["default"].close_pool()  # type: ignore[attr-defined]
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    TransactionTestCase._fixture_teardown = _empty_all_tables  # type: ignore[method-assign]
    template, mine = _template_name(), f"regulars_test_{os.getpid()}"
    with _server() as server, django_db_blocker.unblock():
        server.execute("select pg_advisory_lock(%s)", [LOCK])
        if server.execute("select 1 from pg_database where datname = %s", [template]).fetchone() is None:
            server.execute(f"drop database if exists {template}_making with (force)")
            server.execute(f"create database {template}_making")
            _use(f"{template}_making")
            call_command("migrate", verbosity=0)
            _use(f"{template}_making")
            server.execute(f"alter database {template}_making rename to {template}")
        server.execute("select pg_advisory_unlock(%s)", [LOCK])
        server.execute(f"drop database if exists {mine} with (force)")
        server.execute(f"create database {mine} template {template} strategy file_copy")
        _use(mine)
    yield
    with django_db_blocker.unblock():
        _use(mine)
        with _server() as server:
            server.execute(f"drop database if exists {mine} with (force)")


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    """What processes keep for a minute does not outlive a test."""
    from regulars.access import queries as access
    from regulars.loyalty.offers import queries as offers
    from regulars.loyalty.programme import queries as programme
    from regulars.loyalty.stores import queries as stores
    from regulars.providers import queries as providers
    from regulars.web.till import tiles

    for room in (access, offers, programme, providers, stores, tiles):
        room.forget()
    schema_state.remember()


@pytest.fixture
def at() -> datetime:
    """The instant at which a test happens."""
    return datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch, at: datetime) -> datetime:
    """Doors read this instant from the clock."""
    monkeypatch.setattr("regulars.kit.clock.now", lambda: at)
    return at
