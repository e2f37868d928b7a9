"""Relays run each delivery once, in order for each person, and do not undo each other's work."""

import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import connection

from regulars.journal import actions as journal
from regulars.journal import reactions
from regulars.journal.models import Delivery
from regulars.kit import sql
from regulars.kit.events import Event
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


class Rang(Event):
    """A bell rang."""

    system: ClassVar[str] = "loyalty"


@pytest.fixture
def listen(monkeypatch):
    """Tell the journal who listens to the bell, for one test."""
    monkeypatch.setattr(reactions, "_by_event", dict(reactions._by_event))
    monkeypatch.setattr(reactions, "_by_name", dict(reactions._by_name))
    return lambda *listeners: reactions.register("loyalty", {Rang: listeners})


def ring(person_id, times=1):
    return [journal.record(Rang(), person_id=person_id, by=make.BY, at=make.AT)[0] for _ in range(times)]


def elsewhere(work):
    """Do something on another connection and wait for it."""

    def run():
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def relay_until_empty():
    while journal.relay(at=make.AT, limit=10):
        pass


def test_no_other_relay_touches_a_delivery_until_its_failure_is_written_down(listen, monkeypatch):
    heard = []

    def answer(happened, at):
        heard.append(happened.entry_id)
        if len(heard) == 1:
            raise RuntimeError("busy")

    listen(answer)
    ring("mem_anna")
    postpone = journal._postpone

    def postpone_late(taken, error):
        elsewhere(lambda: journal.relay(at=make.AT, limit=1))
        postpone(taken, error)

    monkeypatch.setattr(journal, "_postpone", postpone_late)
    journal.relay(at=make.AT, limit=1)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, len(heard)) == ("waiting", 1, 1)


def test_parallel_relays_keep_the_order_of_each_person(listen):
    heard, lock = defaultdict(list), threading.Lock()

    def answer(happened, at):
        with lock:
            heard[happened.person_id].append(happened.entry_id)

    listen(answer)
    rang = {person: ring(person, 20) for person in ("mem_anna", "mem_max", "mem_olga")}
    with ThreadPoolExecutor(4) as pool:
        for relay in [pool.submit(elsewhere, relay_until_empty) for _ in range(4)]:
            relay.result()
    relay_until_empty()

    assert heard == rang


def test_a_delivery_that_failed_holds_up_its_person_and_nobody_else(listen):
    heard = []

    def answer(happened, at):
        if happened.entry_id == first:
            raise RuntimeError("busy")
        heard.append(happened.person_id)

    listen(answer)
    (first,) = ring("mem_anna")
    ring("mem_anna")
    ring("mem_max")
    relay_until_empty()

    assert heard == ["mem_max"]


def test_a_delivery_that_was_given_up_holds_up_nobody(listen):
    heard = []

    def answer(happened, at):
        if happened.entry_id == first:
            raise RuntimeError("broken")
        heard.append(happened.entry_id)

    listen(answer)
    (first,) = ring("mem_anna")
    (second,) = ring("mem_anna")
    for _ in range(journal.MAX_ATTEMPTS):
        sql.run("update journal_delivery set next_at = now() - %s", [timedelta(seconds=1)])
        relay_until_empty()

    assert Delivery.objects.get(entry_id=first).state == "dead"
    assert Delivery.objects.get(entry_id=first).last_error.startswith("RuntimeError at answer:")
    assert heard == [second]
