"""Sums of money: shares add up, signs mirror, nobody gets more than there is room for."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.money import (
    MAX_MONEY,
    CannotAllocate,
    MoneyOverflow,
    allocate,
    percent_of,
    round_to_step,
    times_quantity,
    total_of,
)

totals = st.integers(-10_000, 10_000)
weights = st.lists(st.integers(0, 500), min_size=1, max_size=8).filter(any)


def allocate_unit_by_unit(total: int, weights: list[int]) -> list[int]:
    """The largest remainder as a textbook says it."""
    quotas = [Fraction(total * weight, sum(weights)) for weight in weights]
    shares = [int(quota) for quota in quotas]
    while sum(shares) < total:
        behind = [quota - share for quota, share in zip(quotas, shares, strict=True)]
        shares[behind.index(max(behind))] += 1
    return shares


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (1000, [10000, 10000, 10000], [334, 333, 333]),
        (-1000, [10000, 10000, 10000], [-334, -333, -333]),
        (1000, [1000, 2000], [333, 667]),
        (8610, [37240, 450, 52920, 18000], [2952, 36, 4195, 1427]),
        (1592, [18, 2], [1433, 159]),
        (1, [1, 1], [1, 0]),
        (1, [0, 1], [0, 1]),
        (0, [0, 0], [0, 0]),
        (0, [], []),
    ],
)
def test_a_sum_is_split_by_largest_remainder(total: int, weights: list[int], shares: list[int]) -> None:
    assert allocate(total, weights) == shares


@given(totals, weights)
def test_shares_add_up_and_mirror(total: int, weights: list[int]) -> None:
    shares = allocate(total, weights)

    assert sum(shares) == total
    assert allocate(-total, weights) == [-share for share in shares]
    assert [abs(share) for share in shares] == allocate_unit_by_unit(abs(total), weights)


@given(totals, weights, st.data())
def test_limits_hold_and_the_surplus_finds_room(total: int, weights: list[int], data: st.DataObject) -> None:
    limits = [data.draw(st.integers(0, 4000)) for _ in weights]
    room = sum(limit for limit, weight in zip(limits, weights, strict=True) if weight)

    if abs(total) > room:
        with pytest.raises(CannotAllocate):
            allocate(total, weights, limits)
        return
    shares = allocate(total, weights, limits)

    assert sum(shares) == total
    assert all(0 <= abs(share) <= limit for share, limit in zip(shares, limits, strict=True))
    assert allocate(-total, weights, limits) == [-share for share in shares]


@given(totals, weights)
def test_limits_that_nobody_reaches_change_nothing(total: int, weights: list[int]) -> None:
    assert allocate(total, weights, [10_000] * len(weights)) == allocate(total, weights)


@given(weights, st.randoms(use_true_random=False))
def test_permuted_lines_get_permuted_shares_but_for_ties(weights: list[int], random) -> None:  # type: ignore[no-untyped-def]
    order = list(range(len(weights)))
    random.shuffle(order)

    shares = allocate(777, weights)
    shuffled = allocate(777, [weights[line] for line in order])

    remainders = [777 * weight % sum(weights) for weight in weights]
    moved = [line for place, line in enumerate(order) if shuffled[place] != shares[line]]
    assert all(remainders.count(remainders[line]) > 1 for line in moved)
    assert all(abs(shuffled[place] - shares[line]) <= 1 for place, line in enumerate(order))


def test_a_full_line_passes_its_surplus_on() -> None:
    assert allocate(100, [1, 1, 1], [10, 100, 100]) == [10, 45, 45]
    assert allocate(-100, [8, 1, 1], [10, 60, 60]) == [-10, -45, -45]
    assert allocate(30, [5, 1, 1], [10, 10, 10]) == [10, 10, 10]


@pytest.mark.parametrize(
    ("total", "weights", "limits"),
    [(1, [], None), (1, [0, 0], None), (5, [1, 0], [4, 9]), (1, [1, -1], None), (1, [1], [-1]), (1, [1, 1], [1])],
)
def test_a_sum_without_a_place_is_refused(total: int, weights: list[int], limits: list[int] | None) -> None:
    with pytest.raises(CannotAllocate):
        allocate(total, weights, limits)


def test_percentages_round_halves_away_from_zero() -> None:
    assert [percent_of(amount, 5000) for amount in (1, 2, 3, -1, -3)] == [1, 1, 2, -1, -2]
    assert percent_of(1998, 10_000) == 1998
    assert percent_of(10_000, 1) == 1
    assert percent_of(4_999, 1) == 0
    assert percent_of(100, -500) == -5


@given(st.integers(-(10**15), 10**15), st.integers(0, 10_000))
def test_a_percentage_is_the_nearest_and_mirrors(amount: int, basis_points: int) -> None:
    share = percent_of(amount, basis_points)

    assert abs(share - Fraction(amount * basis_points, 10_000)) <= Fraction(1, 2)
    assert percent_of(-amount, basis_points) == -share


def test_goods_by_weight_are_rounded_once() -> None:
    rows = [(9800, 3800), (450, 1000), (8820, 6000), (18000, 1000)]
    amounts = [times_quantity(price, quantity) for price, quantity in rows]
    shares = allocate(8610, amounts)

    assert amounts == [37240, 450, 52920, 18000]
    assert sum(amounts) - sum(shares) == 100_000
    assert times_quantity(333, 1500) == 500
    assert times_quantity(-333, 1500) == -500


def test_sums_are_rounded_to_a_step_either_way() -> None:
    assert [round_to_step(amount, 100) for amount in (149, 150, -149, -150)] == [100, 200, -100, -200]
    assert [round_to_step(amount, 10, "up") for amount in (20, 21, -21)] == [20, 30, -30]
    assert [round_to_step(amount, 10, "down") for amount in (20, 29, -29)] == [20, 20, -20]
    with pytest.raises(ValueError, match="step"):
        round_to_step(1, 0)


def test_what_no_column_could_keep_is_refused() -> None:
    assert total_of([MAX_MONEY - 1, 1]) == MAX_MONEY
    with pytest.raises(MoneyOverflow):
        total_of([MAX_MONEY, 1])
    with pytest.raises(MoneyOverflow):
        times_quantity(MAX_MONEY, 1001)
    with pytest.raises(MoneyOverflow):
        percent_of(-MAX_MONEY, 20_000)
    with pytest.raises(MoneyOverflow):
        allocate(MAX_MONEY + 1, [1])
    with pytest.raises(MoneyOverflow):
        round_to_step(MAX_MONEY, 10, "up")
