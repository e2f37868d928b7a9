"""The programme's rounding reaches the till's answer, the quote, the tenders and what is written down."""

import pytest

from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout import pricing
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.programme import actions as programme
from regulars.loyalty.purchases import queries as purchases
from tests import make
from tests.loyalty.checkout.counter import Counter

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter(db: None) -> Counter:
    counter = Counter(1000)
    programme.set_rounding("down", step=100, by=make.BY, at=make.AT)
    return counter


def test_rounding_is_told_apart_and_written_down_by_line(counter: Counter) -> None:
    new = offers.NewOffer(name="10 % off", benefit="discount", basis_points=1000, members_only=False)
    offers.publish(offers.draft(new, by=make.BY, at=make.AT), by=make.BY, at=make.AT)
    lines = (BasketLine(1, "4006", "Tea", 1000, 333, 3), BasketLine(2, "7", "Pears", 1500, 299))
    basket = Basket(lines, make.AT, "GBP", counter.who)

    answer = checkout.confirm("r1", basket, key="k", till=counter.till, by=make.BY, at=make.AT)

    story = purchases.find_story(answer["id"])
    assert story is not None
    bought = story.purchase
    assert bought.total == answer["total"] == 700
    assert bought.rounding == answer["rounding"] == sum(line.rounding for line in story.lines) == 1
    assert bought.discount == answer["discount"] == 78
    for line in [bought, *story.lines]:
        assert line.amount - line.till_discount - line.discount - line.rounding == line.total
    assert [each["rounding"] for each in answer["lines"]] == [line.rounding for line in story.lines]


def test_tenders_make_the_rounded_total(counter: Counter) -> None:
    with pytest.raises(checkout.TendersDoNotCover):
        counter.confirm(price=555, tenders={"cash": 555})

    assert counter.confirm(price=555, tenders={"cash": 500})["rounding"] == 55


def test_points_pay_at_most_the_rounded_total(counter: Counter) -> None:
    assert counter.reserve("max", price=555)["reserved"]["worth"] == 500


def test_a_quote_from_before_the_rounding_is_told_the_new_total(counter: Counter) -> None:
    quote = counter.calculate(price=555)["quote"]
    programme.set_rounding("nearest", step=100, by=make.BY, at=make.AT)

    with pytest.raises(pricing.QuoteChanged) as refused:
        counter.confirm(price=555, quote=quote)

    assert refused.value.extra["calculated"]["total"] == 600
    assert refused.value.extra["calculated"]["rounding"] == -45
