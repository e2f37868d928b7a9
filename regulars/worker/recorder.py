"""Writes results and receipts down in groups: whatever has gathered while the last group was being committed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from regulars.worker.told import told

log = logging.getLogger(__name__)

_LONGEST_PAUSE_S = 5.0


class Recorder[T]:
    """Collects things and commits them in groups of at most `most`; what fails is tried again until it passes.

    Nothing waits for a clock: under load groups grow by themselves, without load each thing is a group. After a failure
    the groups get smaller, so that one thing which can never be written does not hold up the others.
    """

    def __init__(self, commit: Callable[[Sequence[T]], Awaitable[object]], *, most: int = 500) -> None:
        self._commit = commit
        self._most = most
        self._now = most
        self._pause_s = 0.0
        self._gathered: list[tuple[T, asyncio.Future[None]]] = []
        self._has_some = asyncio.Event()

    def add(self, thing: T) -> asyncio.Future[None]:
        """Take a thing; the future is done when it is committed."""
        committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._gathered.append((thing, committed))
        self._has_some.set()
        return committed

    async def run(self) -> None:
        """Commit for ever."""
        while True:
            await self._has_some.wait()
            await self._commit_group()
            if not self._gathered:
                self._has_some.clear()

    async def _commit_group(self) -> None:
        group = self._gathered[: self._now]
        del self._gathered[: len(group)]
        try:
            await self._commit([thing for thing, _ in group])
        except Exception as error:
            log.warning("could not write down a group of %d: %s", len(group), told(error))
            self._gathered.extend(group)
            await self._back_off(len(group))
            return
        self._now, self._pause_s = self._most, 0.0
        for _, committed in group:
            if not committed.done():
                committed.set_result(None)

    async def _back_off(self, size: int) -> None:
        self._now = max(1, size // 2)
        self._pause_s = min(max(self._pause_s * 2, 0.1), _LONGEST_PAUSE_S)
        await asyncio.sleep(self._pause_s)
