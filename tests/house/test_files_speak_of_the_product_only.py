"""The repository holds the product: no secrets, no paths of one machine, no registry hosts, no notes to oneself."""

from tests.house import files
from tests.house.source import ROOT, told

TRACKED = files.tracked(ROOT)


def test_no_line_speaks_of_something_else() -> None:
    breaches = files.unwanted(ROOT, TRACKED)

    assert not breaches, told(breaches)


def test_there_is_no_lock_file() -> None:
    breaches = files.lock_files(TRACKED)

    assert not breaches, told(breaches)
