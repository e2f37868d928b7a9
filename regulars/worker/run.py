"""The worker process: relays, the scheduler, the bus, a sender for each gateway that is on, and recovery, until SIGTERM."""

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import socket
import threading
from dataclasses import dataclass, field

import psycopg

from regulars.gateways import registry
from regulars.gateways.rabbitmq import publisher
from regulars.kit import presence, schema_state
from regulars.kit.clock import now
from regulars.kit.logs import about_this
from regulars.messages import actions as messages
from regulars.messages.gateway import Gateway, OnReceipt
from regulars.providers import queries as providers
from regulars.providers.queries import Account
from regulars.worker import bus, relay, scheduler
from regulars.worker.sender import BY, Sender, Times
from regulars.worker.threads import Threads
from regulars.worker.told import told

log = logging.getLogger(__name__)

_ROSTER_EVERY_S = 1.0
_RECOVER_EVERY_S = 1.0
_AGAIN_AFTER_S = 5.0
_SCHEMA_EVERY_S = 1.0


@dataclass(slots=True)
class _Hired:
    """A running sender and the account it was built for."""

    account: Account
    stop: asyncio.Event
    task: asyncio.Task[None]


@dataclass(slots=True)
class Worker:
    """Everything that happens by itself, in one process."""

    times: Times = field(default_factory=Times)
    relays: int = 1
    repeat_after_s: float = messages.REPEAT_AFTER_S
    sender: type[Sender] = Sender
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}")

    async def run(self, stop: asyncio.Event) -> None:
        """Work until asked to stop; then finish within ten seconds. Until the schema fits, wait."""
        threads, relays_stop = Threads(), threading.Event()
        await _schema_fits(stop, threads)
        if stop.is_set():
            threads.close()
            return
        relays = relay.start(relays_stop, count=self.relays)
        timed = [*relays, scheduler.start(relays_stop), presence.start(relays_stop, presence.WORKER)]
        loops = [asyncio.create_task(self._recover_until(stop, threads)), asyncio.create_task(bus.run(stop))]
        try:
            await self._keep_roster(stop, threads)
        finally:
            relays_stop.set()
            await asyncio.to_thread(publisher.close_all)  # who waits for a silent broker waits no longer
            await asyncio.gather(*loops)
            await asyncio.to_thread(_join, timed)
            await asyncio.to_thread(publisher.close_all)
            threads.close()

    async def _keep_roster(self, stop: asyncio.Event, threads: Threads) -> None:
        hired: dict[int, _Hired] = {}
        while not stop.is_set():
            try:
                await self._match(hired, threads)
            except Exception as error:
                log.warning("senders: %s", told(error))
            await _until(stop, _ROSTER_EVERY_S)
        await asyncio.gather(*(self._dismiss(one) for one in hired.values()))

    async def _match(self, hired: dict[int, _Hired], threads: Threads) -> None:
        """Start and stop senders until they match the gateways that are on; one that failed is started again."""
        wanted = {one.id: one for one in await threads.call(providers.list_accounts_on)}
        for gateway_id, one in list(hired.items()):
            if wanted.get(gateway_id) != one.account or one.task.done():
                del hired[gateway_id]
                await self._dismiss(one)
        for gateway_id in wanted.keys() - hired.keys():
            hired[gateway_id] = self._hire(wanted[gateway_id], threads)

    def _hire(self, account: Account, threads: Threads) -> _Hired:
        stop = asyncio.Event()
        task = asyncio.create_task(self._send(account, stop, threads), name=f"sender {account.name}")
        return _Hired(account, stop, task)

    async def _send(self, account: Account, stop: asyncio.Event, threads: Threads) -> None:
        def build(on_receipt: OnReceipt) -> Gateway:
            return registry.build(account.channel, account.provider, account.settings, on_receipt)

        try:
            with about_this(gateway=account.name):
                sender = self.sender(account.id, build, worker=self.name, threads=threads, times=self.times)
                await sender.run(stop)
        except Exception:
            log.exception("gateway %s: the sender ended", account.name)
            await _until(stop, _AGAIN_AFTER_S)

    async def _dismiss(self, one: _Hired) -> None:
        one.stop.set()
        await asyncio.gather(one.task, return_exceptions=True)

    async def _recover_until(self, stop: asyncio.Event, threads: Threads) -> None:
        since_s = 7 * 86_400.0  # at first all receipts that lie about, later only those of the last minute
        while not stop.is_set():
            try:
                await threads.call(self._recover, since_s)
                since_s = 60.0
            except Exception as error:
                log.warning("recovery: %s", told(error))
            await _until(stop, _RECOVER_EVERY_S)

    def _recover(self, since_s: float) -> None:
        found = messages.recover(by=BY, at=now(), repeat_after_s=self.repeat_after_s, receipts_since_s=since_s)
        if found.unknown:
            log.warning("%d messages of a lost sender have an unknown fate", found.unknown)


def run_until_told(worker: Worker) -> None:
    """Run a worker in this process until SIGTERM or SIGINT."""
    asyncio.run(_run_until_told(worker))


async def _run_until_told(worker: Worker) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await worker.run(stop)


def _join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join()


async def _schema_fits(stop: asyncio.Event, threads: Threads) -> None:
    """Wait until the database is as this code wants it, and say once what it waits for."""
    said = ""
    while not stop.is_set():
        try:
            standing = await threads.call(schema_state.look)
        except psycopg.Error as error:
            sentence = f"the database is away: {type(error).__name__}"
        else:
            if standing.is_current:
                return
            sentence = f"{standing.sentence} ({standing.fix})"
        if sentence != said:
            log.warning("waiting: %s", sentence)
        said = sentence
        await _until(stop, _SCHEMA_EVERY_S)


async def _until(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
