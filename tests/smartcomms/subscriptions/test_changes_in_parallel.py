"""Changes of one customer that arrive at the same time wait for each other: the latest holds, whoever comes first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from regulars.kit import ids
from regulars.smartcomms.subscriptions import actions as subscriptions
from regulars.smartcomms.subscriptions import queries
from regulars.smartcomms.subscriptions.models import CategoryStatus, ChannelSwitch, Entry
from tests.smartcomms import people
from tests.smartcomms.people import AT, EMPLOYEE

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    barrier = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.mark.parametrize("is_known", [True, False])
def test_of_many_changes_from_the_sister_the_latest_holds(is_known: bool) -> None:
    person_id = people.customer().person_id if is_known else ids.new("mem")
    changes = [people.change(person_id, "sms", n % 2 == 0, AT + timedelta(seconds=n)) for n in range(6)]

    at_once(*(lambda one=one: people.receive(consent=[one]) for one in reversed(changes)))

    row = ChannelSwitch.objects.get(person_id=person_id, channel="sms")
    assert (row.is_on, row.version_at) == (False, AT + timedelta(seconds=5))


def test_the_same_opt_out_said_several_times_at_once_is_said_once() -> None:
    anna = people.customer()

    saved = at_once(
        *(
            lambda: subscriptions.switch_channel(
                anna.person_id, channel="sms", is_on=False, cause="employee", by=EMPLOYEE, at=AT
            )
            for _ in range(6)
        )
    )

    assert sum(one.entry_id is not None for one in saved) == 1
    assert Entry.objects.filter(person_id=anna.person_id, cause="employee").count() == 1
    assert not queries.is_channel_on(anna.person_id, "sms")


def test_no_customer_misses_a_category_that_is_made_meanwhile() -> None:
    people.customer()

    at_once(
        lambda: people.category("news", email=True),
        *(lambda: people.receive(*(people.fact() for _ in range(50))) for _ in range(4)),
    )

    assert CategoryStatus.objects.count() == 201
