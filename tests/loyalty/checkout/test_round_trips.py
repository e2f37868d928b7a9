"""How often a request asks the database: calculate at most twice, all others at most four times."""

import dataclasses

import pytest
from django.db import connection

from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine, Tender
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations
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
    points.grant(card.member_id, 5000, key=operations.key("test", "grant", {}), by=make.BY, at=make.AT)
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


def _asked(work):
    with connection.execute_wrapper(counter := Counter()):
        work()
    return len(counter.seen)


def test_reserving_confirming_with_points_and_cancelling_ask_at_most_four_times(shop):
    till, basket = shop
    told = {"till": till, "by": make.BY, "at": make.AT}
    paid = dataclasses.replace(basket, tenders=(Tender("points", 300), Tender("cash", 20 * 199 - 300)))

    asked = [
        _asked(lambda: checkout.calculate("r1", basket, till=till, at=make.AT)),
        _asked(lambda: checkout.reserve("r1", basket, 500, key="k1", **told)),
        _asked(lambda: checkout.reserve("r1", basket, 300, key="k2", **told)),
        _asked(lambda: checkout.confirm("r1", paid, key="k3", **told)),
        _asked(lambda: checkout.confirm("r2", paid, key="k4", **told)),
        _asked(lambda: checkout.reserve("r3", basket, "max", key="k5", **told)),
        _asked(lambda: checkout.cancel("r3", key="k6", **told)),
        _asked(lambda: checkout.cancel("r3", key="k7", **told)),
        _asked(lambda: checkout.cancel("r3", key="k7", **told)),
    ]

    assert asked[0] <= 2, asked
    assert max(asked) <= 4, asked


def test_a_repeat_asks_at_most_twice(shop):
    till, basket = shop
    checkout.confirm("r1", basket, key="k1", till=till, by=make.BY, at=make.AT)

    with connection.execute_wrapper(counter := Counter()):
        checkout.confirm("r1", basket, key="k1", till=till, by=make.BY, at=make.AT)

    assert len(counter.seen) <= 2, counter.seen
