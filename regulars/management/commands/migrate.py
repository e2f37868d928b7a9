"""Brings the schema up to date as the owner, under one lock, and settles role, keys and grants afterwards."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from regulars.kit import schema

LOCK = 7_250_318_001


class Command(migrate.Command):
    """Django's `migrate`, run by exactly one process at a time."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate without the application's role, which may neither create nor own tables."""
        connection = connections[options["database"]]
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        role = connection.settings_dict["OPTIONS"].pop("options", None)
        try:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_lock(%s)", [LOCK])
            super().handle(*args, **options)
            schema.settle(connection)
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [LOCK])
        finally:
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]
            if role:
                connection.settings_dict["OPTIONS"]["options"] = role
