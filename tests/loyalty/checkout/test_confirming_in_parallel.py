"""One receipt sent several times at once is one purchase, and different receipts of one member do not lose points."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations
from regulars.loyalty.points import queries as ledger
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores import queries as stores
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def _at_once(count, work):
    barrier = Barrier(count)

    def run(number):
        try:
            barrier.wait()
            return work(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.fixture
def shop(transactional_db):
    make.programme()
    member = make.member()
    card = make.card(member)
    offer = offers.draft(offers.NewOffer(name="5 % back", benefit="points", basis_points=500), by=make.BY, at=make.AT)
    offers.publish(offer, by=make.BY, at=make.AT)
    return stores.get_till(make.till().pk), member, Identifier("card", card.number)


def _basket(who, price=1000):
    return Basket((BasketLine(1, "4006", "Tea", 1000, price),), make.AT, "GBP", who)


def test_one_key_in_parallel_is_one_purchase_with_one_answer(shop):
    till, member, who = shop

    answers = _at_once(8, lambda _: checkout.confirm("r1", _basket(who), key="k1", till=till, by=make.BY, at=make.AT))

    assert [answer["id"] for answer in answers] == [answers[0]["id"]] * 8
    assert all(answer == answers[0] for answer in answers)
    assert Purchase.objects.count() == 1
    assert ledger.get_balance(member.pk, programme.get_currency().pk, at=make.AT).available == 50


def test_one_key_with_different_bodies_in_parallel_is_one_purchase_and_refusals(shop):
    till, _, who = shop

    answers = _at_once(
        6,
        lambda number: checkout.confirm("r1", _basket(who, 100 + number), key="k1", till=till, by=make.BY, at=make.AT),
    )

    refused = [answer for answer in answers if isinstance(answer, operations.KeyReused)]
    assert len(refused) == 5
    assert Purchase.objects.count() == 1


def test_many_receipts_of_one_member_at_once_lose_nothing(shop):
    till, member, who = shop

    answers = _at_once(
        10,
        lambda number: checkout.confirm(
            f"r{number}", _basket(who), key=f"k{number}", till=till, by=make.BY, at=make.AT
        ),
    )

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert ledger.get_balance(member.pk, programme.get_currency().pk, at=make.AT).available == 500
    assert ledger.audit().holds()


def test_a_balance_is_spent_exactly_as_often_as_it_lasts(shop):
    _, member, _ = shop
    points.grant(member.pk, 1000, key=operations.key("t", "g", {}), by=make.BY, at=make.AT)

    answers = _at_once(
        16, lambda n: points.redeem(member.pk, 100, key=operations.key("t", f"r{n}", {}), by=make.BY, at=make.AT)
    )

    assert len([answer for answer in answers if isinstance(answer, dict)]) == 10
    assert len([answer for answer in answers if isinstance(answer, points.NotEnoughPoints)]) == 6
    assert ledger.audit().holds()
