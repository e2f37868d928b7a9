"""A worker and a mail server in one event loop, for the length of one test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from regulars.providers import actions as providers
from regulars.worker.run import Worker
from tests import make
from tests.gateways.smtp.mailroom import Mailroom, mailroom
from tests.worker.shift import QUICK, aside


@asynccontextmanager
async def shift(*, said: dict[str, Any] | None = None, **behaviour: Any) -> AsyncIterator[Mailroom]:
    """Let a worker send emails while the block runs, and stop it as SIGTERM would."""
    async with mailroom(**behaviour) as (room, port):
        settings = {
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "login": "shop",
            "password": "secret",
            "sender": "Corner Market <news@example.org>",
            "connect_timeout_s": 1,
            "response_timeout_s": 2,
            "reconnect_min_s": 0.05,
            **(said or {}),
        }
        account = {"channel": "email", "provider": "smtp", "settings": settings, "by": make.BY, "at": make.AT}
        await aside(lambda: providers.set_gateway("mail", **account))
        stop = asyncio.Event()
        working = asyncio.create_task(Worker(QUICK).run(stop))
        try:
            yield room
        finally:
            stop.set()
            await working
