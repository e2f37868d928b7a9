"""A mail server for a test, clients of other people's making, and mails to hand over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib

from regulars.sandbox.mail.letter import peek
from regulars.sandbox.mail.record import Mail, MailRecord, read_mails
from regulars.sandbox.mail.server import MailServer

SENDER = "shop@example.com"


@asynccontextmanager
async def mail_server_at(path: Path, **behaviour: Any) -> AsyncIterator[tuple[MailServer, int]]:
    record = MailRecord(path)
    server = MailServer(record, login="shop", password="secret")
    server.change(behaviour)
    try:
        yield server, await server.start()
    finally:
        await server.close()
        record.close()


@asynccontextmanager
async def signed_in(port: int, patience_s: float = 5, **more: Any) -> AsyncIterator[aiosmtplib.SMTP]:
    client = aiosmtplib.SMTP(
        hostname="127.0.0.1", port=port, timeout=patience_s, start_tls=False,
        **{"username": "shop", "password": "secret", **more},
    )  # fmt: skip
    await client.connect()
    try:
        yield client
    finally:
        client.close()


async def give(client: aiosmtplib.SMTP, *to: str, subject: str = "Hello", **more: Any) -> str:
    """Hand over a mail and give the server's answer."""
    _, answer = await client.sendmail(SENDER, list(to), letter(*to, subject=subject).as_bytes(), **more)
    return answer


def letter(*to: str, subject: str = "Hello", text: str = "Good day", html: str = "", **headers: str) -> EmailMessage:
    """A mail; header names are written with underscores."""
    message = EmailMessage()
    message["From"] = f"Corner Club <{SENDER}>"
    message["To"] = ", ".join(to)
    message["Subject"] = subject
    message["Date"] = "Tue, 24 Nov 2026 14:05:00 +0000"
    message["Message-ID"] = "<71.9@shop.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


class Plain:
    """A client that writes SMTP line by line, for what a library would never say."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape"))

    async def hear(self) -> str:
        """The next whole answer, its last line."""
        async with asyncio.timeout(5):
            while (line := await self.reader.readline())[3:4] == b"-":
                pass
        return line.decode().strip()

    async def ask(self, line: str) -> str:
        self.say(line)
        return await self.hear()

    async def begin(self, to: str) -> None:
        """Everything up to the content of a mail."""
        await self.ask("MAIL FROM:<a@example.com>")
        await self.ask(f"RCPT TO:<{to}>")
        assert (await self.ask("DATA")).startswith("354 ")

    async def is_silent(self) -> bool:
        """Whether nothing is said for a little while."""
        try:
            await asyncio.wait_for(self.reader.read(1), 0.2)
        except TimeoutError:
            return True
        return False

    async def is_closed(self) -> bool:
        async with asyncio.timeout(5):
            try:
                return await self.reader.read() == b""
            except ConnectionError:
                return True


@asynccontextmanager
async def plain(port: int) -> AsyncIterator[Plain]:
    """A plain client that has been greeted and has said EHLO."""
    client = Plain(*await asyncio.open_connection("127.0.0.1", port))
    try:
        assert (await client.hear()).startswith("220 ")
        assert (await client.ask("EHLO here")).startswith("250 ")
        yield client
    finally:
        client.writer.close()


def keep(record: MailRecord, *to: str, subject: str = "Hello", raw: bytes = b"", **more: str) -> str:
    """Put a mail into a record, as if the server had taken it, and give its id."""
    n, octets = record.taken + 1, raw or letter(*to, subject=subject, **more).as_bytes()
    seen = peek(octets)
    mail = Mail(
        n, 1_795_000_000.0 + n, f"M{n:08d}", seen.message_id, SENDER, to, seen.author, seen.subject, len(octets), 1
    )
    record.take(mail, octets)
    return mail.id


async def kept(path: Path, count: int) -> None:
    """Wait until so many mails are in the record."""
    for _ in range(1_000):
        if len(list(read_mails(path))) >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{count} mails were not kept")
