"""The bus takes letters, hands back those that failed by bad luck, and puts those aside that can never be taken."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError

from regulars.contract import signing
from regulars.contract.changes import Batch
from regulars.gateways.rabbitmq import dead_letters, publisher, receivers
from regulars.gateways.rabbitmq.pipes import DELIVERY_LIMIT, Pipe
from regulars.gateways.rabbitmq.publisher import Publisher
from regulars.gateways.rabbitmq.receivers import Letter, LetterRefused, Receiver
from regulars.smartcomms.customers import queries as customers
from regulars.smartcomms.sync import letters
from regulars.smartcomms.sync.models import Inbox
from regulars.worker import bus
from regulars.worker.bus import Bus
from regulars.worker.threads import Threads
from tests.gateways.rabbitmq import broker
from tests.smartcomms import people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    with broker.a_pipe() as made:
        yield made


class Desk:
    """Takes letters and remembers how often each was tried; some raise."""

    def __init__(self, **trouble: Exception) -> None:
        self.tries: Counter[str] = Counter()
        self.taken: set[str] = set()
        self.trouble = trouble

    def receive(self, letter: Letter, at: datetime) -> None:
        self.tries[letter.message_id] += 1
        if (error := self.trouble.get(letter.message_id)) is not None:
            raise error
        self.taken.add(letter.message_id)


@asynccontextmanager
async def reading(pipe: Pipe, desk: Desk) -> AsyncIterator[None]:
    stop, threads = asyncio.Event(), Threads(2)
    one = Bus(broker.URL, pipe, Receiver(desk.receive, lambda letter: ""), threads, pause_s=0.02)
    running = asyncio.create_task(one.run(stop))
    try:
        yield
    finally:
        stop.set()
        await running
        threads.close()


async def until(condition: Callable[[], bool], *, within_s: float = 30) -> None:
    ends = time.monotonic() + within_s
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < ends, "it did not come about"
        await asyncio.sleep(0.05)


def publish(pipe: Pipe, *names: str) -> None:
    to_pipe = Publisher(broker.URL, pipe)
    for waiting in [to_pipe.start_publishing(b"{}", message_id=name, signature="s") for name in names]:
        waiting.result(10)
    to_pipe.close()


def test_what_waited_before_and_what_comes_later_is_taken(pipe: Pipe) -> None:
    desk = Desk()
    publish(pipe, "early")

    async def work() -> None:
        async with reading(pipe, desk):
            await until(lambda: "early" in desk.taken)
            await asyncio.to_thread(publish, pipe, "late")
            await until(lambda: "late" in desk.taken)

    asyncio.run(work())
    assert desk.tries == {"early": 1, "late": 1}
    assert broker.count(pipe) == 0


def test_one_that_is_refused_goes_to_the_dead_letters_at_once_and_holds_up_no_other(pipe: Pipe) -> None:
    good = [str(number) for number in range(50)]
    desk = Desk(bad=LetterRefused("the signature does not fit"))

    async def work() -> None:
        await asyncio.to_thread(publish, pipe, *good[:25], "bad", *good[25:])
        async with reading(pipe, desk):
            await until(lambda: broker.count(pipe, dead=True) == 1 and len(desk.taken) == 50)

    asyncio.run(work())
    assert desk.tries["bad"] == 1
    (dead,) = dead_letters.look_at(broker.URL, pipe, lambda letter: "still bad")
    assert (dead.message_id, dead.cause, dead.fault) == ("bad", "rejected", "still bad")


def test_one_that_always_fails_is_dead_after_the_limit(pipe: Pipe) -> None:
    desk = Desk(cursed=ZeroDivisionError())

    async def work() -> None:
        await asyncio.to_thread(publish, pipe, "cursed", "good")
        async with reading(pipe, desk):
            await until(lambda: broker.count(pipe, dead=True) == 1 and "good" in desk.taken)

    asyncio.run(work())
    assert desk.tries["cursed"] == DELIVERY_LIMIT + 1
    (dead,) = dead_letters.look_at(broker.URL, pipe, lambda letter: "")
    assert (dead.message_id, dead.cause) == ("cursed", "delivery_limit")


def test_a_letter_does_not_die_of_a_database_that_is_away(pipe: Pipe) -> None:
    desk = Desk(one=OperationalError("the server is starting up"))

    async def work() -> None:
        await asyncio.to_thread(publish, pipe, "one")
        async with reading(pipe, desk):
            await until(lambda: desk.tries["one"] > DELIVERY_LIMIT + 1)
            desk.trouble.clear()
            await until(lambda: "one" in desk.taken)

    asyncio.run(work())
    assert broker.count(pipe) == broker.count(pipe, dead=True) == 0


def test_stopped_in_the_middle_it_leaves_the_rest_in_the_queue(pipe: Pipe) -> None:
    desk = Desk()
    names = [str(number) for number in range(300)]

    async def work() -> None:
        await asyncio.to_thread(publish, pipe, *names)
        async with reading(pipe, desk):
            await until(lambda: len(desk.taken) > 10)

    asyncio.run(work())
    left = {letter.message_id for letter in broker.waiting(pipe)}
    assert desk.taken | left == set(names)
    assert broker.count(pipe, dead=True) == 0


def test_the_worker_brings_letters_to_the_system_that_registered(pipe: Pipe, settings: Any) -> None:
    settings.RABBITMQ_URL, settings.RABBITMQ_PREFIX = broker.URL, pipe.prefix
    anna = people.fact()
    body = Batch(members=[anna]).model_dump_json().encode()
    to_pipe = Publisher(broker.URL, pipe)
    for signature in (signing.sign(settings.SISTER_KEY, body, 1_795_000_000), "t=1,v1=forged"):
        for _ in range(2):
            to_pipe.publish(body, message_id=signature[:40], signature=signature)
    to_pipe.close()

    async def work() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(bus.run(stop))
        await until(lambda: Inbox.objects.count() == 1 and broker.count(pipe, dead=True) == 2)
        stop.set()
        await running

    asyncio.run(work())
    assert customers.find(anna.person_id) is not None
    faults = {one.fault for one in dead_letters.look_at(broker.URL, pipe, letters.judge)}
    assert faults == {"the signature does not fit the body and the sister's key"}


@pytest.mark.parametrize("off", [{"RABBITMQ_URL": ""}, {"SYSTEMS": {"loyalty"}}])
def test_without_a_broker_or_where_no_receiver_runs_there_is_no_bus(settings: Any, off: dict[str, Any]) -> None:
    settings.RABBITMQ_URL = "amqp://guest:guest@127.0.0.1:1/"
    for name, value in off.items():
        setattr(settings, name, value)

    asyncio.run(asyncio.wait_for(bus.run(asyncio.Event()), 5))
    assert set(receivers.list_all()) == {"smartcomms"}


def test_while_the_broker_is_away_it_waits_and_can_be_stopped() -> None:
    async def work() -> None:
        stop, threads = asyncio.Event(), Threads(1)
        gone = Bus("amqp://guest:guest@127.0.0.1:1/", Pipe("gone", "smartcomms"), _nobody(), threads, pause_s=0.01)
        running = asyncio.create_task(gone.run(stop))
        await asyncio.sleep(0.3)
        assert not running.done()
        stop.set()
        await asyncio.wait_for(running, 20)
        threads.close()

    asyncio.run(work())


def _nobody() -> Receiver:
    return Receiver(lambda letter, at: None, lambda letter: "")


def test_closing_what_was_never_opened_is_nothing() -> None:
    publisher.close_all()
