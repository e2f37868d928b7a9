"""Append-only tables: PostgreSQL refuses the application's changes, and the source does not try any."""

import pytest
from django.db import ProgrammingError, connection, transaction

from regulars.kit import schema
from tests.house import history
from tests.house.source import HOUSE, told


def refuses(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return getattr(error.__cause__, "sqlstate", "") == "42501"
    return False


@pytest.mark.django_db
@pytest.mark.parametrize("table", schema.append_only_tables())
def test_the_application_may_not_change_an_append_only_table(table: str) -> None:
    changes = [f"update {table} set {_a_column(table)} = default", f"delete from {table}", f"truncate {table}"]

    allowed = [statement for statement in changes if not refuses(statement)]

    assert not allowed, f"PostgreSQL let the application run {allowed}: look at regulars/kit/schema.py, `settle`."


@pytest.mark.django_db
def test_the_application_is_not_the_owner_of_its_tables() -> None:
    assert connection.cursor().execute("select current_user").fetchone() == (schema.ROLE,)
    assert refuses("alter table journal_entry add column more text")


def test_the_consent_journal_the_ledger_and_the_journal_are_append_only() -> None:
    ledgers = {"journal_entry", "loyalty_points_entry", "loyalty_subscriptions_entry", "smartcomms_subscriptions_entry"}

    forgotten = ledgers - set(schema.append_only_tables())

    assert not forgotten, f"Say `append_only = True` in the models of {', '.join(sorted(forgotten))}."


def test_no_statement_of_ours_changes_history() -> None:
    breaches = history.changes(HOUSE)

    assert not breaches, told(breaches)


def _a_column(table: str) -> str:
    with connection.cursor() as cursor:
        return str(connection.introspection.get_table_description(cursor, table)[-1].name)
