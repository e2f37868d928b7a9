"""For tests that need several connections at once: real commits, and the tables emptied afterwards."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from regulars.loyalty.programme import queries as programme
from regulars.loyalty.subscriptions import actions as subscriptions


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let the test commit; the owner empties all tables when it is over."""
    with django_db_blocker.unblock():
        yield
        tables = ", ".join(model._meta.db_table for model in apps.get_models() if model._meta.managed)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local role none")
            cursor.execute(f"truncate {tables} cascade")
        subscriptions.add_base_types()
        programme.forget()
        connection.close()
