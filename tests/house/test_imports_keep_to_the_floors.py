"""Imports keep to the contracts of pyproject.toml, and every place that they name for certain exists."""

from tests.house import contracts
from tests.house.source import ROOT


def test_all_contracts_are_kept() -> None:
    kept, said = contracts.checked(ROOT)

    assert kept, said
