"""SQL keeps to the floors as imports do: a room names its own tables and those of rooms below it."""

import pytest

from tests.house import floors
from tests.house.source import HOUSE, told


def test_no_statement_names_a_table_upstairs() -> None:
    breaches = floors.upward_looks(HOUSE)

    assert not breaches, told(breaches)


@pytest.mark.parametrize(
    ("looker", "owner", "allowed"),
    [
        ("regulars.loyalty.points.actions", "regulars.loyalty.points", True),
        ("regulars.loyalty.points.actions", "regulars.loyalty.members", True),
        ("regulars.loyalty.members.actions", "regulars.loyalty.points", False),
        ("regulars.loyalty.points.actions", "regulars.loyalty.purchases", False),
        ("regulars.loyalty.points.actions", "regulars.smartcomms.customers", False),
        ("regulars.journal.actions", "regulars.messages", False),
        ("regulars.loyalty.sync.actions", "regulars.journal", True),
    ],
)
def test_the_floors_of_the_contracts_are_the_floors_of_sql(looker: str, owner: str, allowed: bool) -> None:
    assert floors.floors().may_look(looker, owner) is allowed
