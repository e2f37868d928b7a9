"""Versions of offers: each contains the former, the last one counts, whatever clocks and threads do."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from regulars.loyalty.offers import actions as offers
from regulars.loyalty.offers import queries
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def programme(transactional_db):
    make.programme()


def drafted(name):
    return offers.draft(offers.NewOffer(name=name, benefit="points", basis_points=500), by=make.BY, at=make.AT)


def names_at(at):
    return {rule.name for rule in queries.get_snapshot(at).rules}


def test_what_is_stopped_by_a_clock_that_is_behind_is_stopped():
    offer = drafted("double points")
    offers.publish(offer, by=make.BY, at=make.AT)

    offers.stop(offer, by=make.BY, at=make.AT - timedelta(milliseconds=5))

    assert names_at(make.AT + timedelta(seconds=1)) == set()


def test_two_who_publish_at_once_lose_nothing():
    first, second = drafted("first"), drafted("second")
    published, finish = threading.Event(), threading.Event()

    def publish_slowly():
        with transaction.atomic():
            offers.publish(first, by=make.BY, at=make.AT)
            published.set()
            finish.wait(20)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(publish_slowly)
        published.wait(20)
        threading.Timer(0.3, finish.set).start()
        offers.publish(second, by=make.BY, at=make.AT)
        slow.result()

    assert names_at(make.AT) == {"first", "second"}


def test_a_version_that_never_was_is_refused():
    with pytest.raises(queries.UnknownVersion):
        queries.get_version(999_999_999)
