"""A call that ends has its message in the queue; one that raises may have, and says so."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from regulars.gateways.rabbitmq import pipes, publisher
from regulars.gateways.rabbitmq.pipes import Pipe
from regulars.gateways.rabbitmq.publisher import BrokerNotReached, Publisher
from regulars.gateways.rabbitmq.receivers import Letter
from regulars.kit.trouble import NotReached
from tests.gateways.rabbitmq import broker


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    with broker.a_pipe() as made:
        yield made


@pytest.fixture
def to_pipe(pipe: Pipe) -> Iterator[Publisher]:
    made = Publisher(broker.URL, pipe)
    yield made
    made.close()


def test_a_message_lies_in_the_queue_when_the_call_ends_though_nobody_made_the_queue(
    pipe: Pipe, to_pipe: Publisher
) -> None:
    to_pipe.publish(b'{"a": 1}', message_id="one", signature="t=1,v1=ab")

    assert broker.waiting(pipe) == [Letter("one", b'{"a": 1}', "t=1,v1=ab")]


def test_many_threads_publish_over_one_connection(pipe: Pipe, to_pipe: Publisher) -> None:
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda n: to_pipe.publish(b"{}", message_id=str(n), signature=""), range(400)))

    found = broker.waiting(pipe)
    assert sorted(int(letter.message_id) for letter in found) == list(range(400))


def test_a_queue_that_somebody_deleted_is_an_error_and_the_next_call_makes_it_anew(
    pipe: Pipe, to_pipe: Publisher
) -> None:
    to_pipe.publish(b"{}", message_id="one", signature="")
    publisher.remove(broker.URL, pipe)

    with pytest.raises(BrokerNotReached):
        to_pipe.publish(b"{}", message_id="two", signature="")
    to_pipe.publish(b"{}", message_id="two", signature="")

    assert [letter.message_id for letter in broker.waiting(pipe)] == ["two"]


def test_a_message_that_no_queue_would_get_is_an_error(pipe: Pipe, to_pipe: Publisher) -> None:
    async def unbind() -> None:
        there = await publisher.connect(broker.URL)
        queue, _ = await pipes.declare(there, pipe)
        await queue.unbind(pipe.exchange, routing_key=pipe.system)
        await publisher.let_go(there)

    to_pipe.publish(b"{}", message_id="one", signature="")
    asyncio.run(unbind())

    with pytest.raises(BrokerNotReached, match="PublishError"):
        to_pipe.publish(b"{}", message_id="two", signature="")


def test_where_nobody_listens_the_call_raises_what_the_relay_tries_for_ever() -> None:
    nowhere = Publisher("amqp://guest:guest@127.0.0.1:1/", Pipe("nowhere", "smartcomms"))

    with pytest.raises(NotReached):
        nowhere.publish(b"{}", message_id="one", signature="")
    nowhere.close()


def test_a_broker_that_is_silent_does_not_hold_the_caller_for_ever() -> None:
    async def say_nothing(ready: threading.Event, port: list[int], stop: asyncio.Event) -> None:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port.append(server.sockets[0].getsockname()[1])
        ready.set()
        await stop.wait()
        server.close()

    ready, port, loop, stop = threading.Event(), [], asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=[say_nothing(ready, port, stop)], daemon=True)
    thread.start()
    assert ready.wait(5)
    silent = Publisher(f"amqp://guest:guest@127.0.0.1:{port[0]}/", Pipe("silent", "smartcomms"))

    began = time.monotonic()
    with pytest.raises(BrokerNotReached):
        silent.publish(b"{}", message_id="one", signature="")
    assert time.monotonic() - began < 20

    silent.close()
    loop.call_soon_threadsafe(stop.set)
    thread.join(5)


def test_a_process_has_one_publisher_for_a_pipe(pipe: Pipe) -> None:
    one, two = (publisher.publisher_to(broker.URL, pipe) for _ in range(2))

    assert one is two
    publisher.close_all()
    assert publisher.publisher_to(broker.URL, pipe) is not one
    publisher.close_all()
