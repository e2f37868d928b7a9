"""Without the shopping data a small programme is made up, always the same one, that speaks the same words."""

import itertools
from datetime import date

import pytest

from regulars.management.demo.generated import Generated
from regulars.management.demo.people import people
from regulars.management.demo.programme import OFFERS, PROGRAMME
from regulars.management.demo.shopping import STORE_ZONE, Shopping, Slice

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def shopping() -> Shopping:
    return Generated(today=TODAY)


def test_it_is_small_but_enough_for_a_demo(shopping: Shopping) -> None:
    counts = shopping.count(shopping.default_slice)

    assert counts.baskets >= 6000
    assert (counts.households, counts.stores) == (200, 12)
    assert len(list(shopping.products())) == len({product.sku for product in shopping.products()}) == 300
    assert len({product.name for product in shopping.products()}) == 300


def test_the_same_seed_gives_the_same_baskets_however_much_is_read(shopping: Shopping) -> None:
    two_days = list(shopping.baskets(Slice(days=2)))

    assert two_days == list(Generated(today=TODAY).baskets(Slice(days=3)))[-len(two_days) :]
    assert two_days != list(Generated(today=TODAY, seed="another").baskets(Slice(days=2)))


def test_the_last_day_is_yesterday_and_baskets_come_by_time(shopping: Shopping) -> None:
    baskets = list(shopping.baskets(Slice(days=3)))

    assert baskets[-1].sold_at.astimezone(STORE_ZONE).date() == date(2026, 11, 23)
    assert all(before.sold_at <= after.sold_at for before, after in itertools.pairwise(baskets))
    assert len({basket.number for basket in baskets}) == len(baskets)


def test_prices_and_discounts_are_plausible(shopping: Shopping) -> None:
    lines = [line for basket in shopping.baskets(Slice(days=5)) for line in basket.lines]

    assert all(40 <= line.unit_price_minor <= 3000 or not line.is_listed for line in lines)
    assert all(0 <= line.till_discount_minor < line.paid_minor for line in lines)
    assert {True, False} == {line.is_listed for line in lines}


def test_every_offer_fits_its_goods_too(shopping: Shopping) -> None:
    groups = {group.code for group in shopping.product_groups()}

    assert {code for offer in OFFERS for code in offer.groups} <= groups


def test_every_household_becomes_a_person(shopping: Shopping) -> None:
    everybody = list(people(shopping.households(), shopping.heroine()))

    assert len({one.phone for one in everybody}) == 200


def test_the_programme_mixes_what_offers_can_be() -> None:
    offers = PROGRAMME.offers

    assert {offer.benefit for offer in offers} == {"discount", "points"}
    assert {offer.is_cumulative for offer in offers} == {True, False}
    assert len({offer.code for offer in offers}) == len(offers)
    assert all(len(offer.receipt_text) <= 40 and 0 < offer.percent_bp <= 10_000 for offer in offers)
