"""A database of its own for a test that commits, restores or migrates: made, pointed at, dropped."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections

from regulars.kit import schema_state
from regulars.providers import queries as providers
from tests import conftest


@contextmanager
def own_database(*, is_empty: bool = False) -> Iterator[str]:
    """A copy of the migrated template, or nothing at all; Django works on it until the end."""
    mine, name = settings.DATABASES["default"]["NAME"], f"regulars_own_{os.getpid()}_{secrets.token_hex(3)}"
    with conftest._server() as server:
        template = "template0" if is_empty else conftest._template_name()
        server.execute(f"create database {name} template {template} strategy file_copy")
    try:
        point_at(name)
        yield name
    finally:
        connections.close_all()
        point_at(mine)
        schema_state.remember()
        drop(name)


def point_at(name: str) -> None:
    """Let Django work on another database from now on."""
    conftest._use(name)
    schema_state.forget()
    providers.forget()


def drop(prefix: str) -> None:
    """Drop all databases whose names begin so: a restore keeps the one before."""
    with conftest._server() as server:
        names = server.execute("select datname from pg_database where starts_with(datname, %s)", [prefix]).fetchall()
        for (name,) in names:
            server.execute(f'drop database if exists "{name}" with (force)')
