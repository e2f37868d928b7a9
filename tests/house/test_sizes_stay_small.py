"""Functions, files and doors stay small enough to be read at one go."""

from tests.house import sizes
from tests.house.source import HOUSE, told


def test_nothing_is_too_long() -> None:
    breaches = sizes.too_long(HOUSE)

    assert not breaches, told(breaches)


def test_a_typical_function_fits_into_a_glance() -> None:
    median, most = sizes.typical(sizes.function_lengths(HOUSE))

    assert (median, most) <= sizes.TYPICAL_FUNCTION and most <= sizes.TYPICAL_FUNCTION[1], (
        f"Functions have {median:g} lines in the median and {most:g} at the 95th percentile; aim at"
        f" {sizes.TYPICAL_FUNCTION}: name the steps of the longest ones."
    )


def test_a_typical_file_fits_on_a_screen_or_two() -> None:
    median, most = sizes.typical(sizes.file_lengths(HOUSE))

    assert median <= sizes.TYPICAL_FILE[0] and most <= sizes.TYPICAL_FILE[1], (
        f"Files have {median:g} lines in the median and {most:g} at the 95th percentile; aim at"
        f" {sizes.TYPICAL_FILE}: give each subject a file of its own."
    )
