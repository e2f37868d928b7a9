"""A tiny balancer: hands each connection to one of several ports; where one is refused it tries the next, and nothing else."""

import asyncio
import contextlib
import threading
from collections.abc import Sequence


class Balancer:
    """Listens on a port of its own, on a thread of its own. What was sent is never sent again."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports, self._turn = list(ports), 0
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=256))
        self.port = int(self._server.sockets[0].getsockname()[1])
        self.refused = 0
        self.reset = 0
        self._thread = threading.Thread(target=self._loop.run_forever, name="balancer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let everybody go."""
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            behind = await self._connected()
            if behind is not None:
                await asyncio.gather(self._pass_on(reader, behind[1]), self._pass_on(behind[0], writer))
        finally:
            writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in range(200):
            self._turn += 1
            try:
                return await asyncio.open_connection("127.0.0.1", self._ports[self._turn % len(self._ports)])
            except ConnectionRefusedError:
                self.refused += 1
                await asyncio.sleep(0.01)
        return None

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while chunk := await reader.read(65_536):
                writer.write(chunk)
                await writer.drain()
        except ConnectionError:
            self.reset += 1
        with contextlib.suppress(Exception):
            writer.close()
