"""The pool: a few connections that are opened when needed, used again, and rebuilt with growing pauses."""

import asyncio
import logging
import random
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from regulars.gateways.smtp.connection import Connection
from regulars.gateways.smtp.settings import SmtpSettings
from regulars.messages.gateway import GatewayDown

log = logging.getLogger(__name__)


class Pool:
    """Up to `connections` connections.

    While one of them lives, a server that refuses more of them only makes hand-overs wait for a free one. When none
    does and none can be opened, `trouble` says why, and a keeper tries again until one can.
    """

    def __init__(self, said: SmtpSettings) -> None:
        self.trouble: GatewayDown | None = None
        self._said = said
        self._tls: ssl.SSLContext | None = None
        self._idle: list[Connection] = []
        self._taken = 0
        self._pause_s = 0.0
        self._next_try_at = 0.0
        self._freed = asyncio.Event()
        self._alarm = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._farewells: set[asyncio.Task[None]] = set()
        self._is_closing = False

    @property
    def is_open(self) -> bool:
        """Whether somebody who asks for a connection would get one, as far as we know."""
        is_kept = self._keeper is not None and not self._is_closing
        return is_kept and (self.trouble is None or self._is_alive)

    async def open(self) -> None:
        """Open the first connection, unless that has happened. Raises GatewayDown."""
        if self._keeper is not None:
            return
        self._is_closing = False
        self._add(await self._connect(self._said.connect_timeout_s))
        self._keeper = asyncio.create_task(self._keep())

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection for one mail. Raises GatewayDown when there is none within `connect_timeout_s`."""
        connection = await self._take()
        is_whole = False
        try:
            yield connection
            is_whole = True
        finally:
            self._give_back(connection, is_whole=is_whole)

    async def close(self) -> None:
        """Wait until every connection is back, say goodbye on all of them; even when cut short, leave none behind."""
        self._is_closing = True
        try:
            if self._keeper is not None:
                self._keeper.cancel()
                await asyncio.gather(self._keeper, return_exceptions=True)
            while self._taken:
                self._freed.clear()
                await self._freed.wait()
            self._dismiss(*self._idle)
            self._idle.clear()
            await asyncio.gather(*self._farewells, return_exceptions=True)
        finally:
            self._keeper = None
            for connection in self._idle:
                connection.drop()
            self._idle.clear()

    # --- taking and giving back

    @property
    def _is_alive(self) -> bool:
        return self._taken > 0 or any(one.is_alive for one in self._idle)

    async def _take(self) -> Connection:
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._said.connect_timeout_s
        while True:
            if self._is_closing or self._keeper is None:
                raise (None if self._is_closing else self.trouble) or GatewayDown("closed")
            if (idle := self._pick_idle()) is not None:
                self._taken += 1
                return idle
            if self.trouble is not None and not self._taken:
                raise self.trouble
            if self._taken < self._said.connections and loop.time() >= self._next_try_at:
                with suppress(GatewayDown):
                    return await self._connect_counted(within_s=ends - loop.time())
            else:
                await self._wait_for_one(ends)

    async def _connect_counted(self, *, within_s: float) -> Connection:
        self._taken += 1
        try:
            return await self._connect(within_s)
        except BaseException:
            self._taken -= 1
            self._freed.set()
            raise

    def _pick_idle(self) -> Connection | None:
        """Pick the one that was used last, so that the others may grow old; a dead one is no use."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_alive:
                return connection
        return None

    def _give_back(self, connection: Connection, *, is_whole: bool) -> None:
        self._taken -= 1
        if not is_whole:
            connection.drop()
        elif connection.late is not None or not connection.is_alive:
            pass  # it is somebody else's now, or nobody's
        elif self._is_closing or connection.mails >= self._said.mails_per_connection:
            self._dismiss(connection)
        else:
            self._add(connection)
        self._freed.set()

    def _add(self, connection: Connection) -> None:
        connection.used_at = asyncio.get_running_loop().time()
        self._idle.append(connection)
        self._freed.set()

    async def _wait_for_one(self, ends: float) -> None:
        self._freed.clear()
        try:
            async with asyncio.timeout_at(ends):
                await self._freed.wait()
        except TimeoutError:
            raise GatewayDown("busy") from None

    def _dismiss(self, *connections: Connection) -> None:
        for connection in connections:
            farewell = asyncio.create_task(connection.quit())
            self._farewells.add(farewell)
            farewell.add_done_callback(self._farewells.discard)

    # --- connecting

    async def _connect(self, within_s: float) -> Connection:
        """Open a connection, and note how that went: after a failure the next try waits, longer each time."""
        try:
            connection = await Connection.open(self._said, self._context(), within_s=within_s)
        except GatewayDown as down:
            said = self._said
            self._pause_s = min(max(self._pause_s * 2, said.reconnect_min_s), said.reconnect_max_s)
            self._next_try_at = asyncio.get_running_loop().time() + self._pause_s * random.uniform(0.8, 1.2)
            self.trouble = down
            self._alarm.set()
            log.warning("smtp: %s", down.reason)
            raise
        self.trouble = None
        self._pause_s = self._next_try_at = 0.0
        return connection

    def _context(self) -> ssl.SSLContext | None:
        if self._tls is None and self._said.security != "none":
            self._tls = ssl.create_default_context()
            if self._said.ca_file:
                try:
                    self._tls.load_verify_locations(self._said.ca_file)
                except OSError as error:
                    self._tls = None
                    raise GatewayDown(f"ca_file cannot be read: {error}", credentials=True) from None
        return self._tls

    async def _keep(self) -> None:
        """Hang up what nobody has used for a while, and rebuild when nothing is left but trouble."""
        loop = asyncio.get_running_loop()
        while True:
            until_next_try_s = max(self._said.reconnect_min_s, self._next_try_at - loop.time())
            pause_s = self._said.idle_s / 2 if self.trouble is None else until_next_try_s
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._alarm.wait()
            self._alarm.clear()
            self._hang_up_old(before=loop.time() - self._said.idle_s)
            if self.trouble is not None and not self._is_alive and loop.time() >= self._next_try_at:
                with suppress(GatewayDown):
                    self._add(await self._connect(self._said.connect_timeout_s))

    def _hang_up_old(self, *, before: float) -> None:
        old = [one for one in self._idle if one.used_at < before]
        self._idle = [one for one in self._idle if one.used_at >= before]
        self._dismiss(*old)
