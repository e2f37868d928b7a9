"""A broker that accepts connections and never says a word keeps nobody from stopping."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator

import pytest

from regulars.gateways.rabbitmq.pipes import Pipe
from regulars.gateways.rabbitmq.publisher import BrokerNotReached, Publisher
from regulars.gateways.rabbitmq.receivers import Receiver
from regulars.worker.bus import Bus
from regulars.worker.threads import Threads

PIPE = Pipe("silent", "smartcomms")


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a broker that listens and does not answer."""
    loop, port = asyncio.new_event_loop(), list[int]()

    async def listen() -> None:
        server = await asyncio.start_server(lambda reader, writer: asyncio.sleep(60), "127.0.0.1", 0)
        port.append(server.sockets[0].getsockname()[1])

    loop.run_until_complete(listen())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield f"amqp://guest:guest@127.0.0.1:{port[0]}/"
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def test_the_bus_stops_at_once(silent: str) -> None:
    async def stop_after_a_while() -> float:
        stop, threads = asyncio.Event(), Threads(1)
        bus = Bus(silent, PIPE, Receiver(lambda letter, at: None, lambda letter: ""), threads)
        running = asyncio.create_task(bus.run(stop))
        await asyncio.sleep(0.5)
        began = time.monotonic()
        stop.set()
        await running
        threads.close()
        return time.monotonic() - began

    assert asyncio.run(stop_after_a_while()) < 3


def test_who_waits_for_a_confirm_is_told_at_once_that_it_did_not_come(silent: str) -> None:
    publisher, told = Publisher(silent, PIPE), list[str]()

    def publish() -> None:
        try:
            publisher.publish(b"{}", message_id="one", signature="")
        except BrokerNotReached as error:
            told.append(str(error))

    thread = threading.Thread(target=publish)
    thread.start()
    time.sleep(0.5)
    began = time.monotonic()
    with contextlib.suppress(TimeoutError):
        publisher.close()
    thread.join(10)

    assert len(told) == 1
    assert time.monotonic() - began < 5
