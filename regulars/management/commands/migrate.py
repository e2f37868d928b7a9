"""Brings the schema up to date as the owner, under one lock, and settles role, keys and grants afterwards."""

from importlib.metadata import version
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from regulars.kit import schema, schema_state, schema_steps


class Command(migrate.Command):
    """Django's `migrate`, run by exactly one process at a time."""

    # Said by a caller that holds the lock already, such as `restore`.
    stealth_options = ("is_locked",)

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate without the application's role, which may neither create nor own tables.

        The lock is the session's: when this process is killed, PostgreSQL gives it to the next. Raises `CommandError` when
        the schema is newer than this release.
        """
        connection = connections[options["database"]]
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        role = connection.settings_dict["OPTIONS"].pop("options", None)
        try:
            if not options.pop("is_locked", False):
                self._wait_for_our_turn(connection)
                _refuse_newer()
            super().handle(*args, **options)
            schema.settle(connection)
            schema.sign(connection, version("regulars"), _harmless())
        finally:  # the lock ends with the connection
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]
            if role:
                connection.settings_dict["OPTIONS"]["options"] = role
            schema_state.forget()

    def _wait_for_our_turn(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s)", [schema_state.LOCK])
            if not cursor.fetchone()[0]:
                self.stderr.write("Another process is bringing the database up to date; waiting for it.")
                cursor.execute("select pg_advisory_lock(%s)", [schema_state.LOCK])


def _harmless() -> list[str]:
    known = schema_state.in_order().values()
    return [f"{one.app_label}.{one.name}" for one in known if schema_steps.is_harmless(one)]


def _refuse_newer() -> None:
    """Under the lock, for somebody newer may have migrated while we waited."""
    with schema_state.connected_as_owner() as link:
        standing = schema_state.Standing(unknown=tuple(schema_state.unknown_to_us(link)))
    if standing.unknown:
        raise CommandError(f"{standing.sentence} To go on, {standing.fix}.")
