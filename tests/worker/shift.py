"""A worker and a stand-in SMSC in one event loop, for the length of one test."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from regulars.messages import queries
from regulars.sandbox.smsc import Smsc
from regulars.worker.run import Worker
from regulars.worker.sender import Times
from tests.gateways.meeting import smsc_at
from tests.messages.post_office import add_gateway

QUICK = Times(lease_s=10, grace_s=2, poll_s=0.02, finish_s=2)


def gateway_settings(port: int, **more: Any) -> dict[str, Any]:
    stored = {"host": "127.0.0.1", "port": port, "system_id": "shop", "password": "secret"}
    return {**stored, "response_timeout_s": 2, "reconnect_min_s": 0.05, **more}


@asynccontextmanager
async def shift(tmp_path: Path, *, said: dict[str, Any] | None = None, **behaviour: Any) -> AsyncIterator[Smsc]:
    """Let a worker work while the block runs, and stop it as SIGTERM would."""
    async with smsc_at(tmp_path / "record.jsonl", **behaviour) as (smsc, port):
        await aside(lambda: add_gateway(settings=gateway_settings(port, **(said or {}))))
        stop = asyncio.Event()
        working = asyncio.create_task(Worker(QUICK).run(stop))
        try:
            yield smsc
        finally:
            stop.set()
            await working


async def aside[T](work: Callable[[], T]) -> T:
    """Look at the database from another thread, for the event loop may not."""

    def look() -> T:
        try:
            return work()
        finally:
            connection.close()

    return await asyncio.to_thread(look)


async def until(condition: Callable[[], bool], *, within_s: float = 10) -> None:
    """Wait for what the worker will bring about."""
    ends = time.monotonic() + within_s
    while not await aside(condition):
        assert time.monotonic() < ends, await aside(queries.count_by_state)
        await asyncio.sleep(0.01)
