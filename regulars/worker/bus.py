"""The bus: takes letters from RabbitMQ for the systems that run here, and says to the broker what became of them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout

from regulars.gateways.rabbitmq import pipes, receivers
from regulars.gateways.rabbitmq.pipes import Pipe
from regulars.gateways.rabbitmq.publisher import connect, let_go
from regulars.gateways.rabbitmq.receivers import LetterRefused, Receiver, letter_of
from regulars.kit.clock import now
from regulars.worker.threads import Threads

if TYPE_CHECKING:
    from aio_pika.abc import AbstractRobustQueue
    from faststream.rabbit import RabbitBroker, RabbitMessage

log = logging.getLogger(__name__)

_AT_ONCE = 8
_THREADS = 2
_LOOK_EVERY_S = 2.0
_ANSWER_S = 5.0
_FINISH_S = 7.0
_LONGEST_PAUSE_S = 10.0
_CALLED_OFF_S = 1.0
# The database is away, or a transaction lost a race: neither is the letter's fault, so it is not handed back for that.
_PASSING = (OperationalError, InterfaceError, PoolTimeout)


async def run(stop: asyncio.Event) -> None:
    """Take letters until asked to stop; whenever the broker is lost, begin anew. Without a broker's address, nothing."""
    wanted = {system: one for system, one in receivers.list_all().items() if system in settings.SYSTEMS}
    if not settings.RABBITMQ_URL or not wanted:
        return
    threads = Threads(_THREADS)
    buses = [Bus(settings.RABBITMQ_URL, pipes.to(system), one, threads) for system, one in wanted.items()]
    try:
        await asyncio.gather(*(bus.run(stop) for bus in buses))
    finally:
        threads.close()


class Bus:
    """One pipe's reader. At most a few letters are in hand: that is what a killed worker leaves to be handed out again."""

    def __init__(self, url: str, pipe: Pipe, receiver: Receiver, threads: Threads, *, pause_s: float = 0.5) -> None:
        self._url, self._pipe, self._receiver, self._threads = url, pipe, receiver, threads
        self._pause_s = pause_s
        self._stop = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Read until asked to stop."""
        self._stop, pause = stop, self._pause_s
        while not stop.is_set():
            try:
                async with asyncio.timeout(_ANSWER_S * 2):
                    opened = await self._unless_stopped(self._opened())
            except Exception as error:
                log.warning("bus: %s", type(error).__name__)
                await self._wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)
                continue
            if opened is None:
                return
            broker, queue = opened
            pause = self._pause_s
            await self._watch(queue)
            await let_go(broker, within_s=_FINISH_S)

    async def _opened(self) -> tuple[RabbitBroker, AbstractRobustQueue]:
        broker = await connect(self._url, prefetch=_AT_ONCE)
        try:
            queue, _ = await pipes.declare(broker, self._pipe)
            described = pipes.queue_of(self._pipe), pipes.exchange_of(self._pipe)
            broker.subscriber(*described, decoder=_as_it_came)(self._taking())
            await broker.start()
        except BaseException:
            await let_go(broker)
            raise
        return broker, queue

    async def _watch(self, queue: AbstractRobustQueue) -> None:
        """Wait until asked to stop, or until the broker itself, not only our end of the connection, is silent."""
        while not self._stop.is_set():
            try:
                await self._unless_stopped(queue.declare(timeout=_ANSWER_S))
            except Exception as error:
                log.warning("bus: the broker does not answer: %s", type(error).__name__)
                return
            await self._wait(_LOOK_EVERY_S)

    def _taking(self) -> Callable[[RabbitMessage], Awaitable[None]]:
        from faststream.exceptions import NackMessage, RejectMessage

        async def take(message: RabbitMessage) -> None:
            try:
                await self._receive(message)
            except LetterRefused as refused:
                log.warning("bus: a letter goes to the dead ones: %s", refused)
                raise RejectMessage from refused
            except Exception as error:
                tries = int(message.headers.get("x-delivery-count") or 0)
                log.warning("bus: %s at try %d of a letter", type(error).__name__, tries + 1)
                await self._wait(min(self._pause_s * 2**tries, _LONGEST_PAUSE_S))
                raise NackMessage from error

        return take

    async def _receive(self, message: RabbitMessage) -> None:
        """Let a letter be taken; while the database is away, wait with it in hand."""
        letter, pause = letter_of(message.raw_message), self._pause_s
        while True:
            try:
                await self._threads.call(lambda: self._receiver.receive(letter, now()))
            except _PASSING as error:
                if self._stop.is_set():
                    raise
                log.warning("bus: %s, waiting", type(error).__name__)
                await self._wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)
            else:
                return

    async def _unless_stopped[T](self, work: Coroutine[Any, Any, T]) -> T | None:
        """Wait for a broker that may be silent, but when asked to stop no longer: then None, and the work is called off."""
        task, stopped = asyncio.create_task(work), asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            stopped.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=_CALLED_OFF_S)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop.wait()


async def _as_it_came(message: RabbitMessage) -> RabbitMessage:
    """Hand a message out unread: whether its body can be read is the receiver's question."""
    return message
