"""Names are the product's words: no drawers for everything, no words that say nothing."""

import pytest

from tests.house import words
from tests.house.source import HOUSE, told


def test_no_file_is_a_drawer_for_everything() -> None:
    breaches = words.drawers(HOUSE)

    assert not breaches, told(breaches)


def test_no_name_contains_an_empty_word() -> None:
    breaches = words.empty_words(HOUSE)

    assert not breaches, told(breaches)


def test_every_exception_is_still_needed() -> None:
    for place, given in words.GIVEN:
        names = [
            name
            for module in HOUSE.under(place)
            for name in [module.name.rpartition(".")[2], *(node.name for node in module.definitions)]
        ]
        used = any(given == name or given in words.words_in(name) for name in names)
        assert used, f"Nothing in {place} is called “{given}” any more: delete the exception in tests/house/words.py."


@pytest.mark.parametrize(
    ("name", "expected"),
    [("TillKeyIssued", ["till", "key", "issued"]), ("_add_points", ["add", "points"]), ("SMSPart", ["sms", "part"])],
)
def test_names_are_read_word_by_word(name: str, expected: list[str]) -> None:
    assert words.words_in(name) == expected
