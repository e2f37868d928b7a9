"""Card numbers end in a digit that catches what cashiers mistype."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from regulars.loyalty.cards import numbers

BODIES = st.text("0123456789", min_size=7, max_size=18)


def test_the_example_of_the_standard() -> None:
    assert numbers.check_digit("7992739871") == "3"


def test_a_number_is_prefix_place_and_check_digit() -> None:
    assert numbers.number("2600", 1, 13) == "2600000000010"[:12] + numbers.check_digit("260000000001")
    assert numbers.is_valid(numbers.number("2600", 99_999_999, 13))


def test_there_is_no_number_beyond_the_last_one() -> None:
    with pytest.raises(ValueError, match="no number"):
        numbers.number("2600", 100_000_000, 13)


@pytest.mark.parametrize("text", ["", "0", "abc", "26000000000a0", "٢٦٠٠٠٠٠٠٠٠٠١٠", "1" * 20])
def test_what_cannot_be_a_number_is_not_one(text: str) -> None:
    assert not numbers.is_valid(text)


@given(BODIES, st.integers(0, 17), st.integers(1, 9))
def test_one_mistyped_digit_is_caught(body: str, place: int, off: int) -> None:
    number = body + numbers.check_digit(body)
    assume(place < len(number))

    wrong = number[:place] + str((int(number[place]) + off) % 10) + number[place + 1 :]

    assert numbers.is_valid(number)
    assert not numbers.is_valid(wrong)


@given(BODIES, st.integers(0, 16))
def test_two_swapped_neighbours_are_caught_except_nought_and_nine(body: str, place: int) -> None:
    number = body + numbers.check_digit(body)
    assume(place + 1 < len(number))
    left, right = number[place], number[place + 1]
    assume(left != right and {left, right} != {"0", "9"})

    assert not numbers.is_valid(number[:place] + right + left + number[place + 2 :])
