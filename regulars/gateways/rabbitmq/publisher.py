"""Publishes from ordinary threads: a call ends when the broker has confirmed, or raises because it did not for certain.

One connection lives on an event loop of its own in the background. Whatever goes wrong on it, it is thrown away, and the next
call opens another one and declares the pipe again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING

from regulars.gateways.rabbitmq import pipes
from regulars.gateways.rabbitmq.pipes import SIGNATURE, Pipe
from regulars.kit.trouble import NotReached

if TYPE_CHECKING:
    from faststream.rabbit import RabbitBroker

log = logging.getLogger(__name__)

_CONNECT_S = 5.0
_CONFIRM_S = 10.0
_CLOSE_S = 2.0
_AGAIN_AFTER_S = 0.5


class BrokerNotReached(NotReached):
    """The broker did not confirm; the message may be in the queue all the same, so publish it again."""


class Publisher:
    """Publishes on one pipe; any number of threads may call it at once, and their messages travel together."""

    def __init__(self, url: str, pipe: Pipe, *, confirm_s: float = _CONFIRM_S) -> None:
        self._url, self._pipe, self._confirm_s = url, pipe, confirm_s
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rabbitmq", daemon=True)
        self._thread.start()
        self._opening = asyncio.Lock()
        self._broker: RabbitBroker | None = None
        self._waiting: set[Future[None]] = set()
        self._is_well = True
        self._next_try_at = 0.0

    def publish(self, body: bytes, *, message_id: str, signature: str) -> None:
        """Publish a message that survives the broker's restart, and wait for the confirm. Raises `BrokerNotReached`."""
        try:
            self.start_publishing(body, message_id=message_id, signature=signature).result()
        except CancelledError as error:
            raise BrokerNotReached("closed while waiting") from error

    def start_publishing(self, body: bytes, *, message_id: str, signature: str) -> Future[None]:
        """The same without waiting; whether it was confirmed is what the future says."""
        waiting = asyncio.run_coroutine_threadsafe(self._publish(body, message_id, signature), self._loop)
        self._waiting.add(waiting)
        waiting.add_done_callback(self._waiting.discard)
        return waiting

    def close(self) -> None:
        """Close the connection and end the background thread; who waits for a confirm is told that it did not come."""
        for waiting in list(self._waiting):
            waiting.cancel()
        asyncio.run_coroutine_threadsafe(self._drop(self._broker), self._loop).result(_CLOSE_S * 3)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_S)

    async def _publish(self, body: bytes, message_id: str, signature: str) -> None:
        broker = None
        try:
            # More than the connection's own limit: cut short, it would go on trying by itself, unseen and for ever.
            async with asyncio.timeout(_CONNECT_S * 2):
                broker = await self._opened()
            async with asyncio.timeout(self._confirm_s + 1):
                await broker.publish(
                    body,
                    exchange=pipes.exchange_of(self._pipe),
                    routing_key=self._pipe.system,
                    mandatory=True,
                    persist=True,
                    timeout=self._confirm_s,
                    message_id=message_id,
                    headers={SIGNATURE: signature},
                    content_type="application/json",
                )
        except Exception as error:
            await self._drop(broker)
            if self._is_well:
                log.warning("the broker was not reached: %s", type(error).__name__)
            self._is_well = False
            raise BrokerNotReached(type(error).__name__) from error
        self._is_well = True

    async def _opened(self) -> RabbitBroker:
        async with self._opening:
            if self._broker is None:
                if self._loop.time() < self._next_try_at:
                    raise ConnectionError("tried a moment ago")
                self._next_try_at = self._loop.time() + _AGAIN_AFTER_S
                broker = await connect(self._url)
                try:
                    await pipes.declare(broker, self._pipe)
                except BaseException:
                    await let_go(broker)
                    raise
                self._broker, self._next_try_at = broker, 0.0
            return self._broker

    async def _drop(self, broker: RabbitBroker | None) -> None:
        """Throw a connection away, once, if it is still the one in use."""
        if broker is not None and broker is self._broker:
            self._broker = None
            await let_go(broker)


async def connect(url: str, *, prefetch: int | None = None) -> RabbitBroker:
    """Open a connection on which an unroutable message is an error; imported when needed, for not all have a broker."""
    from faststream.rabbit import Channel, RabbitBroker

    channel = Channel(on_return_raises=True, prefetch_count=prefetch)
    broker = RabbitBroker(url, default_channel=channel, timeout=_CONNECT_S, logger=None, apply_types=False)
    try:
        await broker.connect()
    except BaseException:
        await let_go(broker)
        raise
    return broker


async def let_go(broker: RabbitBroker, *, within_s: float = _CLOSE_S) -> None:
    """Close a connection that may be broken or silent; what is being received may still end within this time."""
    connection = broker._connection  # a stop that is cut short forgets it and leaves it open
    try:
        async with asyncio.timeout(within_s):
            await broker.stop()
    except Exception as error:
        log.debug("closing the connection to the broker: %s", type(error).__name__)
        if connection is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_CLOSE_S):
                    await connection.close()


def remove(url: str, pipe: Pipe) -> None:
    """Take a pipe away with everything that waits in it: for throw-away installations."""
    asyncio.run(_remove(url, pipe))


async def _remove(url: str, pipe: Pipe) -> None:
    broker = await connect(url)
    try:
        await pipes.remove(broker, pipe)
    finally:
        await let_go(broker)


_publishers: dict[tuple[str, Pipe], Publisher] = {}
_making = threading.Lock()


def publisher_to(url: str, pipe: Pipe) -> Publisher:
    """The one publisher of this process on a pipe."""
    with _making:
        known = _publishers.get((url, pipe))
        if known is None:
            known = _publishers[url, pipe] = Publisher(url, pipe)
        return known


def close_all() -> None:
    """Close all publishers of this process."""
    with _making:
        while _publishers:
            with contextlib.suppress(TimeoutError):  # one that is stuck keeps no other open
                _publishers.popitem()[1].close()
