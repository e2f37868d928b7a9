"""The total is corrected to a multiple of the programme's step: an effect of its own, shared by the lines to the last unit."""

import pytest

from regulars.loyalty.offers.engine import MoneyOverflow
from regulars.loyalty.offers.engine.price import Priced
from regulars.loyalty.offers.engine.receipt import BadReceipt, MemberFacts, PointsPayTooMuch, Terms
from tests.loyalty.offers.corner_shop import discount, discounts, line, outcome, points, priced, receipt, without_member

DOWN, NEAREST = Terms("down", 100), Terms("nearest", 100)


def _shares(answer: Priced) -> list[int]:
    return [each.rounding for each in answer.lines]


@pytest.mark.parametrize(
    ("prices", "terms", "total", "shares"),
    [
        ([1234], DOWN, 1200, [34]),
        ([1234], NEAREST, 1200, [34]),
        ([1250], NEAREST, 1300, [-50]),
        ([1260], NEAREST, 1300, [-40]),
        ([1200], DOWN, 1200, [0]),
        ([99], DOWN, 0, [99]),
        ([333, 333, 344], DOWN, 1000, [3, 3, 4]),
        ([333, 333, 333], DOWN, 900, [33, 33, 33]),
        ([334, 333, 333], Terms("down", 999), 999, [1, 0, 0]),
        ([333, 333, 333], Terms("nearest", 1000), 1000, [-1, 0, 0]),
        ([0, 150], DOWN, 100, [0, 50]),
        ([0, 0], NEAREST, 0, [0, 0]),
        ([12345], Terms("none", 100), 12345, [0]),
    ],
)
def test_the_total_becomes_a_multiple_of_the_step(
    prices: list[int], terms: Terms, total: int, shares: list[int]
) -> None:
    answer = priced([], receipt(*(line(number, price=price) for number, price in enumerate(prices)), terms=terms))

    assert (answer.total, _shares(answer), answer.discount_total) == (total, shares, 0)
    assert answer.rounding == sum(shares)


def test_a_known_receipt_of_an_online_shop_comes_to_a_thousand() -> None:
    # 3.8 × 98 + 1 × 4.5 + 6 × 88.2 + 1 × 180 = 1086.10; 86.10 off makes 1000.00 exactly.
    goods = [(3800, 9800), (1000, 450), (6000, 8820), (1000, 18000)]
    lines = [line(number, price=price, quantity=quantity) for number, (quantity, price) in enumerate(goods)]

    answer = priced([], receipt(*lines, terms=Terms("down", 100_000)))

    assert (answer.total, answer.rounding) == (100_000, 8610)
    assert sum(each.total for each in answer.lines) == 100_000


def test_discounts_come_first_and_keep_their_sums() -> None:
    paper = receipt(line(1, price=1000), line(2, price=555), terms=DOWN)

    answer = priced([discount(1, 1000)], paper)

    assert discounts(answer) == [{1: 100}, {1: 56}]
    assert (answer.discount_total, answer.rounding, answer.total) == (156, 99, 1300)


def test_points_are_given_for_the_corrected_total() -> None:
    answer = priced([points(1, 1000)], receipt(line(price=1990), terms=DOWN))

    assert (answer.total, answer.points[0].amount) == (1900, 190)


def test_what_is_paid_with_points_earns_none() -> None:
    paper = receipt(line(1, price=1000), line(2, price=500, groups=("drinks",)), paid_with_points=600)

    answer = priced([points(1, 1000), points(2, 5000, groups={"drinks"}, priority=1)], paper)

    assert [each.paid_with_points for each in answer.lines] == [400, 200]
    assert {each.offer_id: each.amount for each in answer.points} == {1: 60, 2: 150}
    assert (answer.total, answer.payable_with_points, answer.paid_with_points) == (1500, 1500, 600)


def test_a_receipt_paid_with_points_alone_earns_nothing() -> None:
    answer = priced([points(1, 1000)], receipt(line(price=1000), paid_with_points=1000))

    assert answer.points == ()
    assert outcome(answer, 1).code == "nothing_left"


def test_the_smallest_sum_of_an_offer_of_points_is_money() -> None:
    offers = [points(1, 1000, minimum_total=1000)]

    answer = priced(offers, receipt(line(price=1500), paid_with_points=600))

    assert (outcome(answer, 1).code, outcome(answer, 1).missing) == ("below_minimum", 100)


def test_shares_of_what_points_pay_are_those_of_three_equal_lines() -> None:
    answer = priced([], receipt(*(line(number, price=10_000) for number in (1, 2, 3)), paid_with_points=1000))

    assert [each.paid_with_points for each in answer.lines] == [334, 333, 333]


@pytest.mark.parametrize(
    ("told", "payable"),
    [
        ({}, 1999),
        ({"terms": Terms(points_share_limit=3000)}, 599),
        ({"terms": Terms("down", 100, 3000)}, 570),
        ({"terms": Terms(points_share_limit=0)}, 0),
        ({"member": MemberFacts(can_spend=False)}, 0),
    ],
)
def test_points_may_pay_their_share_and_not_a_unit_more(told: dict[str, object], payable: int) -> None:
    paper = {"lines": (line(price=1999),), **told}

    assert priced([], receipt(*paper.pop("lines"), **paper, paid_with_points=payable)).payable_with_points == payable
    with pytest.raises(PointsPayTooMuch) as refused:
        priced([], receipt(line(price=1999), **told, paid_with_points=payable + 1))
    assert refused.value.payable == payable


def test_nobodys_points_and_less_than_none_pay_nothing() -> None:
    with pytest.raises(BadReceipt):
        priced([], without_member(receipt(line(), paid_with_points=1)))
    with pytest.raises(BadReceipt):
        priced([], receipt(line(), paid_with_points=-1))


def test_a_total_that_the_step_would_make_too_large_is_refused() -> None:
    with pytest.raises(MoneyOverflow):
        priced([], receipt(line(price=2**63 - 1), terms=Terms("nearest", 10)))
