"""When, where, to whom and from which sum an offer is given, and what it says when it is not."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from regulars.kit.money import MoneyOverflow
from regulars.loyalty.offers.engine.outcome import BARRIERS, SENTENCES, sentence
from regulars.loyalty.offers.engine.receipt import BadReceipt, MemberFacts
from regulars.loyalty.offers.engine.rule import OfferRule
from tests.loyalty.offers.corner_shop import NOON, discount, line, outcome, points, priced, receipt, without_member

NOT_ACTIVATED = MemberFacts(can_earn=True, can_spend=False)


def code(rule: OfferRule, **rest: object) -> str:
    return outcome(priced([rule], receipt(line(groups=("drinks", "food")), **rest)), rule.id).code


def test_an_offer_counts_from_its_start_until_just_before_its_end() -> None:
    rule = discount(1, 1000, starts_at=NOON, ends_at=NOON + timedelta(hours=1))
    moment = timedelta(microseconds=1)

    assert code(rule, at=NOON - moment) == "not_yet"
    assert code(rule, at=NOON) == "given"
    assert code(rule, at=NOON + timedelta(hours=1) - moment) == "given"
    assert code(rule, at=NOON + timedelta(hours=1)) == "over"


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    new_york = ZoneInfo("America/New_York")
    second_time = datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=new_york)
    rule = discount(1, 1000, starts_at=second_time)

    assert code(rule, at=second_time.replace(fold=0)) == "not_yet"
    assert code(rule, at=second_time) == "given"


def test_stores_and_partners_are_asked_for() -> None:
    assert code(discount(1, 1000, stores={"south"})) == "other_store"
    assert code(discount(1, 1000, stores={"north", "south"})) == "given"
    assert code(discount(1, 1000, partner_id=2)) == "other_partner"
    assert code(discount(1, 1000, partner_id=1)) == "given"
    assert code(discount(1, 1000, partner_id=1), partner_id=None) == "other_partner"


def test_goods_are_found_by_sku_and_by_every_group_of_theirs() -> None:
    assert code(discount(1, 1000, skus={"tea"})) == "given"
    assert code(discount(1, 1000, groups={"food"})) == "given"
    assert code(discount(1, 1000, groups={"home"}, skus={"milk"})) == "no_goods"


def test_points_and_members_offers_need_a_member() -> None:
    assert code(points(1, 500), member=None) == "needs_member"
    assert code(discount(1, 500, members_only=True), member=None) == "needs_member"
    assert code(discount(1, 500), member=None) == "given"
    assert code(points(1, 500), member=MemberFacts(can_earn=False)) == "cannot_earn"
    assert code(discount(1, 500, members_only=True), member=MemberFacts(can_earn=False)) == "given"


def test_a_card_that_is_not_activated_earns_and_does_not_spend() -> None:
    answer = priced([points(1, 500)], receipt(line(), member=NOT_ACTIVATED))

    assert answer.points[0].amount == 50
    assert answer.payable_with_points == 0


def test_a_sum_below_the_least_says_what_is_missing() -> None:
    rule = discount(1, 1000, minimum_total=5000)
    paper = receipt(line(price=4000, till_discount=240))

    answer = priced([rule], paper)

    assert outcome(answer, 1).missing == 1240
    said = sentence(outcome(answer, 1), {1: rule}, money=lambda sum: f"{sum / 100:.2f}", points="{} {}".format)
    assert said == "12.40 more gives Offer 1."
    assert code(replace(rule, minimum_total=1000)) == "given"


def test_the_least_sum_for_points_is_looked_for_in_what_is_paid() -> None:
    offers = [discount(1, 1000), points(2, 500, minimum_total=1000)]

    assert outcome(priced(offers, receipt(line())), 2).missing == 100


def test_an_offer_that_fails_for_several_reasons_says_the_first() -> None:
    rule = points(1, 500, ends_at=NOON, stores={"south"}, skus={"milk"})

    assert code(rule, member=None) == "over"
    assert code(replace(rule, ends_at=None), member=None) == "other_store"
    assert code(replace(rule, ends_at=None, stores=frozenset()), member=None) == "needs_member"


def test_every_outcome_has_a_sentence() -> None:
    offers = [discount(1, 1000), discount(2, 500), points(3, 500, activation_days=14, lifetime_days=365)]
    rules = {rule.id: rule for rule in offers}

    answer = priced(offers, receipt(line()))

    assert [sentence(each, rules, money=str, points="{} {}".format) for each in answer.outcomes] == [
        "Offer 1 gave 100.",
        "Offer 2 gave way to Offer 1.",
        "Offer 3 gave 45 bonus.",
    ]
    assert set(BARRIERS) < set(SENTENCES)


def test_points_carry_their_currency_and_their_days() -> None:
    rule = points(1, 500, activation_days=14, lifetime_days=365)

    [earning] = priced([rule], paper := receipt(line())).points

    assert (earning.currency, earning.amount, earning.activation_days, earning.lifetime_days) == ("bonus", 50, 14, 365)
    assert priced([rule], without_member(paper)).points == ()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"quantity": 0}, "lines.1.quantity"),
        ({"quantity": -1000}, "lines.1.quantity"),
        ({"price": -1}, "lines.1.unit_price"),
        ({"till_discount": -1}, "lines.1.till_discount"),
        ({"number": 1}, "lines.1.number"),
    ],
)
def test_a_receipt_that_cannot_be_priced_names_the_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(BadReceipt) as refusal:
        priced([], receipt(line(1), line(**({"number": 2} | wrong))))

    assert refusal.value.field == field


def test_a_time_without_offset_and_a_sum_too_large_are_refused() -> None:
    with pytest.raises(BadReceipt, match="offset"):
        priced([], receipt(line(), at=NOON.replace(tzinfo=None)))
    with pytest.raises(MoneyOverflow):
        priced([], receipt(line(1, price=2**62), line(2, price=2**62)))
    with pytest.raises(MoneyOverflow):
        priced([points(1, 20_000)], receipt(line(price=2**62)))
