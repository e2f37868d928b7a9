"""A client that writes SMPP octet by octet, for what a well-behaved one would never say."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from regulars.sandbox import pdu
from regulars.sandbox.record import Record
from regulars.sandbox.smsc import Smsc


class Heard(NamedTuple):
    command: int
    status: int
    sequence: int
    body: bytes


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, command: int, body: bytes = b"", *, sequence: int = 1) -> Heard:
        self.say(command, body, sequence=sequence)
        return await self.hear()

    def say(self, command: int, body: bytes = b"", *, status: int = 0, sequence: int = 1) -> None:
        self.writer.write(struct.pack(">IIII", 16 + len(body), command, status, sequence) + body)

    async def hear(self) -> Heard:
        async with asyncio.timeout(5):
            length, command, status, sequence = struct.unpack(">IIII", await self.reader.readexactly(16))
            return Heard(command, status, sequence, await self.reader.readexactly(length - 16))

    async def is_closed(self) -> bool:
        async with asyncio.timeout(5):
            return await self.reader.read() == b""

    async def bind(
        self, command: int = pdu.BIND_TRANSCEIVER, *, system_id: str = "shop", password: str = "secret"
    ) -> int:
        heard = await self.ask(command, f"{system_id}\0{password}\0\0\x34\0\0\0".encode())
        return heard.status

    async def submit(self, octets: bytes = b"Hello", **more: Any) -> Heard:
        return await self.ask(pdu.SUBMIT_SM, submit(octets, **more))


def submit(octets: bytes = b"Hello", **more: Any) -> bytes:
    fields = {"source": "Regulars", "destination": "79990000010", "source_ton": 5, "registered": 1}
    return pdu.write_message(pdu.Message(octets=octets, **{**fields, **more}))


@asynccontextmanager
async def smsc_at(path: Path, *, enquire_link_s: float = 30, **behaviour: Any) -> AsyncIterator[tuple[Smsc, int]]:
    record = Record(path)
    smsc = Smsc(record, system_id="shop", password="secret", enquire_link_s=enquire_link_s)
    smsc.change({"receipt_delay_ms": 0, **behaviour})
    try:
        yield smsc, await smsc.start()
    finally:
        await smsc.close()
        record.close()


@asynccontextmanager
async def client_of(port: int) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
