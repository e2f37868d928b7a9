"""Codes cost money: so many an hour go out for one network address, and so many in all, counted exactly."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from regulars.kit.actor import Actor
from regulars.loyalty.members import floods, sign_in
from regulars.loyalty.members.models import CodeTally
from regulars.loyalty.notifications import actions as notifications
from regulars.messages.models import Message
from tests import cast, make

pytestmark = pytest.mark.django_db
CALLER, NEIGHBOUR = "203.0.113.9", "203.0.113.10"


@pytest.fixture(autouse=True)
def limits(settings: Any) -> Any:
    settings.CODES_PER_ADDRESS, settings.CODES_PER_HOUR = 3, 5
    return settings


def count(ip: str | None, at: datetime) -> bool:
    """Whether one more was allowed."""
    try:
        with transaction.atomic():
            floods.count_code(ip, at=at)
    except floods.TooManyCodes:
        return False
    return True


def test_one_address_gets_so_many_an_hour_and_then_is_told_when_there_are_more(at: datetime) -> None:
    assert [count(CALLER, at + timedelta(minutes=n)) for n in range(4)] == [True] * 3 + [False]

    with pytest.raises(floods.TooManyCodes) as refused, transaction.atomic():
        floods.count_code(CALLER, at=at + timedelta(minutes=5))
    assert refused.value.again_at == at + timedelta(hours=1)
    assert count(NEIGHBOUR, at)
    assert count(CALLER, at + timedelta(hours=1))


def test_the_installation_sends_so_many_an_hour_whoever_asks(at: datetime) -> None:
    allowed = [count(f"203.0.113.{n}", at) for n in range(7)]

    assert allowed == [True] * 5 + [False] * 2
    assert count(CALLER, at + timedelta(hours=1))


def test_what_is_refused_is_not_counted(at: datetime) -> None:
    for _ in range(9):
        count(CALLER, at)

    assert [count(NEIGHBOUR, at) for _ in range(3)] == [True, True, False]
    assert CodeTally.objects.get(source="all").codes == 5


@pytest.mark.parametrize("neighbour", ["2001:db8:1:2::bb", "2001:db8:1:2:ffff:1:2:3"])
def test_a_home_is_one_network_however_many_addresses_it_has(at: datetime, neighbour: str) -> None:
    for _ in range(3):
        count("2001:db8:1:2::aa", at)

    assert not count(neighbour, at)
    assert count("2001:db8:1:3::aa", at)


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.7", "::ffff:10.0.0.1", None, "unix:", ""]
)
def test_an_address_from_inside_tells_nothing(at: datetime, inside: str | None) -> None:
    """Behind a reverse proxy that nobody named everybody would share it."""
    assert [count(inside, at) for _ in range(6)] == [True] * 5 + [False]


def test_zero_means_no_limit(at: datetime, limits: Any) -> None:
    limits.CODES_PER_ADDRESS = limits.CODES_PER_HOUR = 0

    assert all(count(CALLER, at) for _ in range(20))
    assert not CodeTally.objects.exists()


def test_no_address_is_kept_in_clear_and_the_counts_go_after_an_hour(at: datetime) -> None:
    count(CALLER, at)

    assert {len(tally.source) for tally in CodeTally.objects.all()} == {3, 64}
    assert sign_in.forget_old(at=at + timedelta(minutes=59)) == 0
    assert sign_in.forget_old(at=at + timedelta(minutes=60)) == 2


def test_known_and_unknown_phones_are_counted_alike_and_what_is_no_phone_is_not(at: datetime) -> None:
    cast.anna()
    by = Actor("member", "", "account", ip=CALLER)
    for phone in (cast.ANNA.phone, cast.MAX.phone, cast.OLGA.phone):
        with pytest.raises(sign_in.phones.BadPhone):
            notifications.send_sign_in_code("hello", by=by, at=at)
        notifications.send_sign_in_code(phone, by=by, at=at)

    for phone in (cast.ANNA.phone, "+447700900077"):
        with pytest.raises(floods.TooManyCodes):
            notifications.send_sign_in_code(phone, by=by, at=at)
    assert Message.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_thirty_wishes_at_once_as_many_are_granted_as_there_are(at: datetime) -> None:
    make.programme()

    def ask(number: int) -> bool:
        by = Actor("member", "", "account", ip=f"203.0.113.{number % 10}")
        try:
            notifications.send_sign_in_code(f"+4477009{number:05}", by=by, at=at)
        except floods.TooManyCodes:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(10) as crowd:
        granted = sum(crowd.map(ask, range(30)))

    assert granted == Message.objects.count() == CodeTally.objects.get(source="all").codes == 5
