"""Calls into rooms from an event loop: on a few threads, each call with a connection from the pool."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial

from django.db import connection


class Threads:
    """A few threads for blocking calls; more calls than threads wait for their turn."""

    def __init__(self, count: int = 4) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="rooms")

    async def call[**P, R](self, verb: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a verb on a thread and wait for it. A call that has begun ends, even if nobody waits any more."""
        loop = asyncio.get_running_loop()
        call = partial(_and_let_go, verb, *args, **kwargs)
        return await loop.run_in_executor(self._pool, copy_context().run, call)  # lines of the log say what it is about

    def close(self) -> None:
        """Wait for the calls that have begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _and_let_go[**P, R](verb: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    # A connection that broke must not be met again: the pool throws it away when it comes back.
    try:
        return verb(*args, **kwargs)
    finally:
        connection.close()
