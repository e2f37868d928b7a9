"""Which offer acts on which line when several could."""

from tests.loyalty.offers.corner_shop import discount, discounts, line, outcome, points, priced, receipt


def test_less_on_every_line_beats_more_on_one() -> None:
    offers = [discount(1, 2700, skus={"tea"}), discount(2, 2400)]

    answer = priced(offers, receipt(line(1, "tea"), line(2, "milk"), line(3, "nuts")))

    assert discounts(answer) == [{2: 240}, {2: 240}, {2: 240}]
    assert outcome(answer, 1).code == "lost"
    assert outcome(answer, 1).lost_to == (2,)


def test_more_on_one_line_wins_when_the_other_lines_are_cheap() -> None:
    offers = [discount(1, 2700, skus={"tea"}), discount(2, 2400)]

    answer = priced(offers, receipt(line(1, "tea"), line(2, "milk", 100)))

    assert discounts(answer) == [{1: 270}, {2: 24}]


def test_a_higher_priority_wins_its_lines_and_leaves_the_others() -> None:
    offers = [discount(1, 500, skus={"tea"}, priority=20), discount(2, 2400, priority=10)]

    answer = priced(offers, receipt(line(1, "tea"), line(2, "milk")))

    assert discounts(answer) == [{1: 50}, {2: 240}]


def test_rivals_are_weighed_by_the_lines_that_are_still_free() -> None:
    first = discount(1, 100, skus={"milk"}, priority=20)
    offers = [first, discount(2, 2700, skus={"tea"}), discount(3, 2400)]

    answer = priced(offers, receipt(line(1, "tea"), line(2, "milk", 9000)))

    assert discounts(answer) == [{2: 270}, {1: 90}]
    assert outcome(answer, 3).lost_to == (1, 2)


def test_equal_rivals_are_decided_by_the_smaller_id() -> None:
    answer = priced([discount(8, 1000), discount(7, 1000)], receipt(line()))

    assert discounts(answer) == [{7: 100}]


def test_cumulative_offers_follow_each_on_what_the_former_left() -> None:
    offers = [
        discount(1, 1000, is_cumulative=True, priority=5),
        discount(2, 5000),
        discount(3, 1000, is_cumulative=True, priority=90),
    ]

    answer = priced(offers, receipt(line(price=10_000)))

    assert answer.lines[0].discounts == ((2, 5000), (3, 500), (1, 450))
    assert answer.total == 4050


def test_a_discount_and_points_do_not_compete() -> None:
    offers = [discount(1, 1000, priority=50), points(2, 500)]

    answer = priced(offers, receipt(line(price=10_000)))

    assert (answer.total, answer.points[0].amount) == (9000, 450)


def test_one_offer_of_points_for_a_line_and_all_cumulative_ones() -> None:
    offers = [points(1, 300), points(2, 500), points(3, 100, is_cumulative=True), points(4, 1000, skus={"tea"})]

    answer = priced(offers, receipt(line(1, "tea"), line(2, "milk", 9000)))

    assert [dict(each.points) for each in answer.lines] == [{2: 50, 3: 10}, {2: 450, 3: 90}]
    assert outcome(answer, 1).lost_to == outcome(answer, 4).lost_to == (2,)


def test_points_of_different_worth_compete_by_worth() -> None:
    kopecks = points(1, 500, currency="kopecks")
    roubles = points(2, 600, currency="roubles", units_per_money=(1, 100))

    answer = priced([kopecks, roubles], receipt(line(price=100_00)))

    assert [(each.offer_id, each.amount) for each in answer.points] == [(2, 6)]
