"""How often a request asks the database: calculate at most twice, confirm at most four times."""

import pytest
from django.db import connection

from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.stores import queries as stores
from tests import make

pytestmark = pytest.mark.django_db


class Counter:
    """Counts statements seen at the connection, without BEGIN, COMMIT and savepoints."""

    def __init__(self):
        self.seen = []

    def __call__(self, execute, sql, params, many, context):
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.seen.append(sql)
        return execute(sql, params, many, context)


@pytest.fixture
def shop():
    make.programme()
    for number in range(20):
        make.product(f"sku{number}")
    card = make.card(make.member())
    for number in range(100):
        offer = offers.draft(
            offers.NewOffer(
                name=f"offer {number}",
                benefit="points",
                basis_points=100,
                skus=[f"sku{number % 40}"],
                is_cumulative=True,
            ),
            by=make.BY,
            at=make.AT,
        )
    offers.publish(offer, by=make.BY, at=make.AT)
    lines = tuple(BasketLine(number + 1, f"sku{number}", "", 1000, 199) for number in range(20))
    till = stores.get_till(make.till().pk)
    basket = Basket(lines, make.AT, "GBP", Identifier("card", card.number))
    checkout.calculate("warm", basket, till=till, at=make.AT)
    return till, basket


def test_calculate_asks_at_most_twice(shop):
    till, basket = shop

    with connection.execute_wrapper(counter := Counter()):
        checkout.calculate("r1", basket, till=till, at=make.AT)

    assert len(counter.seen) <= 2, counter.seen


def test_confirm_asks_at_most_four_times_whatever_the_length(shop):
    till, basket = shop

    with connection.execute_wrapper(counter := Counter()):
        answer = checkout.confirm("r1", basket, key="k1", till=till, by=make.BY, at=make.AT)

    assert answer["points"] > 0
    assert len(counter.seen) <= 4, counter.seen


def test_a_repeat_asks_at_most_twice(shop):
    till, basket = shop
    checkout.confirm("r1", basket, key="k1", till=till, by=make.BY, at=make.AT)

    with connection.execute_wrapper(counter := Counter()):
        checkout.confirm("r1", basket, key="k1", till=till, by=make.BY, at=make.AT)

    assert len(counter.seen) <= 2, counter.seen
