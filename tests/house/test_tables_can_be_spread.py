"""Tables about people could be spread over many machines: each key contains the column they would be spread by."""

import pytest
from django.apps import apps

from tests.house import keys
from tests.house.source import told

pytestmark = pytest.mark.django_db


def test_every_key_contains_the_column_that_its_table_is_spread_by() -> None:
    breaches = keys.keys_without_it()

    assert not breaches, told(breaches)


def test_no_row_belongs_to_no_machine() -> None:
    breaches = keys.may_be_empty()

    assert not breaches, told(breaches)


def test_models_and_catalogue_agree_on_the_column() -> None:
    said = {m._meta.db_table: m.distributed_by for m in apps.get_models() if hasattr(m, "distributed_by")}

    different = {
        table: (column, keys.spread().get(table))
        for table, column in said.items()
        if keys.spread().get(table) != column
    }

    assert not different, (
        f"{different}: the model says the first, tests/house/keys.py the second; make them agree, with the reason."
    )


def test_every_exception_is_a_table_of_ours() -> None:
    known = {model._meta.db_table for model in apps.get_models()}

    gone = sorted((keys.OWN_KEYS.keys() | keys.FOLLOWERS.keys()) - known)

    assert not gone, f"Delete {', '.join(gone)} from tests/house/keys.py; there is no such table."
