"""Discounts and points are rounded once for the receipt; lines share them to the last unit."""

from tests.loyalty.offers.corner_shop import discount, line, outcome, points, priced, receipt, without_member


def test_half_of_four_equal_lines_is_half_of_their_sum() -> None:
    answer = priced([discount(1, 5000)], receipt(*(line(number, price=199) for number in (1, 2, 3, 4))))

    assert answer.total == 398
    assert [each.total for each in answer.lines] == [99, 99, 100, 100]


def test_everything_off_leaves_exactly_nothing() -> None:
    answer = priced([discount(1, 10_000)], receipt(line(price=999, quantity=2000)))

    assert (answer.total, answer.discount_total) == (0, 1998)


def test_what_stays_of_a_line_keeps_its_percentage() -> None:
    offers = [discount(1, 4000)]

    assert priced(offers, receipt(line(price=500, quantity=20_000))).discount_total == 4000
    assert priced(offers, receipt(line(price=500, quantity=2000))).discount_total == 400


def test_percentages_work_on_the_price_after_the_tills_own_discount() -> None:
    answer = priced([discount(1, 1000), points(2, 1000)], receipt(line(price=1000, till_discount=200)))

    assert answer.lines[0].discounts == ((1, 80),)
    assert (answer.total, answer.till_discount_total, answer.points[0].amount) == (720, 200, 72)


def test_a_till_discount_above_the_amount_is_cut_to_it() -> None:
    answer = priced([discount(1, 1000)], receipt(line(price=1000, till_discount=1300)))

    assert (answer.total, answer.till_discount_total) == (0, 1000)
    assert outcome(answer, 1).code == "nothing_left"


def test_points_are_rounded_in_the_members_favour() -> None:
    whole_roubles = points(1, 150, units_per_money=(1, 100))

    answer = priced([whole_roubles], receipt(line(1, price=199_90), line(2, price=50_00)))

    assert answer.points[0].amount == 4
    assert [each.points for each in answer.lines] == [((1, 3),), ((1, 1),)]


def test_unlisted_goods_are_part_of_the_receipt_but_of_no_group() -> None:
    offers = [discount(1, 1000, is_cumulative=True), discount(2, 1000, groups={"drinks"}, is_cumulative=True)]

    answer = priced(offers, receipt(line(groups=("drinks",), is_listed=False)))

    assert answer.lines[0].discounts == ((1, 100),)
    assert outcome(answer, 2).code == "no_goods"


def test_an_empty_receipt_costs_nothing() -> None:
    answer = priced([discount(1, 1000)], receipt())

    assert (answer.total, answer.lines, answer.outcomes[0].code) == (0, (), "no_goods")


def test_only_a_member_who_may_spend_can_pay_with_points() -> None:
    paper = receipt(line())

    assert priced([], paper).payable_with_points == 1000
    assert priced([], without_member(paper)).payable_with_points == 0
