"""Functions, files and doors stay small enough to be read at one go."""

from tests.house import sizes
from tests.house.source import HOUSE, told


def test_nothing_is_too_long() -> None:
    breaches = sizes.too_long(HOUSE)

    assert not breaches, told(breaches)


def test_a_typical_function_fits_into_a_glance() -> None:
    lengths = sizes.function_lengths(HOUSE)

    assert sizes.is_typical(lengths, sizes.TYPICAL_FUNCTION), (
        f"Functions have {sizes.typical(lengths)} lines (median, 95th percentile), aim at {sizes.TYPICAL_FUNCTION}:"
        " give the steps of the longest ones names."
    )


def test_a_typical_file_fits_on_a_screen_or_two() -> None:
    lengths = sizes.file_lengths(HOUSE)

    assert sizes.is_typical(lengths, sizes.TYPICAL_FILE), (
        f"Files have {sizes.typical(lengths)} lines (median, 95th percentile), aim at {sizes.TYPICAL_FILE}:"
        " give each subject a file of its own."
    )
