"""What a till is told when somebody else is at work on the same key, purchase or account."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from regulars.loyalty.cards import actions as cards
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout import queries as facts
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.members import actions as members
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations
from regulars.loyalty.points import queries as ledger
from regulars.loyalty.stores import queries as stores
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


class Shop:
    """A till, and a member with a card."""

    def __init__(self):
        make.programme()
        self.member = make.member()
        self.card = make.card(self.member)
        self.till = stores.get_till(make.till().pk)

    def confirm(self, key="k1"):
        basket = Basket(
            (BasketLine(1, "4006", "Tea", 1000, 250),), make.AT, "GBP", Identifier("card", self.card.number)
        )
        return checkout.confirm("r1", basket, key=key, till=self.till, by=make.BY, at=make.AT)


@pytest.fixture
def shop(transactional_db):
    return Shop()


@contextmanager
def unfinished(work):
    """Somebody does something in a transaction of their own, which stays open until the block ends."""
    done, finish = threading.Event(), threading.Event()

    def run():
        try:
            with transaction.atomic():
                work()
                done.set()
                finish.wait(20)
        finally:
            done.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        done.wait(20)
        try:
            yield finish
        finally:
            finish.set()
            running.result()


def meanwhile(work, finish, monkeypatch):
    """Do something that has to wait, and let the other transaction end after it has begun to wait."""
    send = operations.add_open

    def announced(*args, **kwargs):
        threading.Timer(0.3, finish.set).start()
        return send(*args, **kwargs)

    monkeypatch.setattr(operations, "add_open", announced)
    return work()


def test_the_same_key_while_the_first_is_running_is_told_to_ask_again(shop, monkeypatch):
    monkeypatch.setattr(operations, "WAIT_S", 0.2)

    with unfinished(shop.confirm), pytest.raises(operations.RequestInFlight) as refused:
        shop.confirm()

    assert refused.value.status == 409
    assert refused.value.extra["retry_after_s"] == 1


def test_the_same_key_waits_for_the_first_and_gets_its_answer(shop, monkeypatch):
    with unfinished(shop.confirm) as finish:
        again = meanwhile(shop.confirm, finish, monkeypatch)

    assert again == shop.confirm()


def test_an_account_that_somebody_is_changing_is_not_called_a_request_in_flight(shop, monkeypatch):
    monkeypatch.setattr(operations, "WAIT_S", 0.2)

    blocking = unfinished(lambda: members.block(shop.member, reason="fraud", by=make.BY, at=make.AT))
    with blocking, pytest.raises(operations.AccountBusy) as refused:
        shop.confirm()
    with (
        unfinished(lambda: members.unblock(shop.member, by=make.BY, at=make.AT)),
        pytest.raises(operations.AccountBusy),
    ):
        points.grant(shop.member.pk, 5, key=operations.key("t", "g", {}), by=make.BY, at=make.AT)

    assert refused.value.extra["retry_after_s"] == 1


def test_who_is_leaving_earns_nothing_at_the_last_moment(shop, monkeypatch):
    leaving = unfinished(lambda: members.leave(shop.member, by=make.BY, at=make.AT))

    with leaving as finish, pytest.raises(facts.CustomerUnknown):
        meanwhile(shop.confirm, finish, monkeypatch)

    assert ledger.audit().holds()


def test_a_card_that_is_being_blocked_is_refused(shop, monkeypatch):
    blocking = unfinished(lambda: cards.block(shop.card, reason="lost", by=make.BY, at=make.AT))

    with blocking as finish, pytest.raises(facts.CardBlocked):
        meanwhile(shop.confirm, finish, monkeypatch)


def test_who_is_leaving_is_given_nothing_by_hand(shop, monkeypatch):
    leaving = unfinished(lambda: members.leave(shop.member, by=make.BY, at=make.AT))
    key = operations.key("t", "g", {})

    with leaving as finish, pytest.raises(points.AccountNotOpen):
        meanwhile(lambda: points.grant(shop.member.pk, 5, key=key, by=make.BY, at=make.AT), finish, monkeypatch)
