"""A mail server for one test, in the test's own event loop, that can misbehave at every step; and a gateway beside it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from regulars.gateways.smtp import SmtpGateway, SmtpSettings
from regulars.messages.gateway import HandOver, PartResult, Receipt

ANNA = "anna@example.org"


@dataclass
class Taken:
    """A mail as the server has it."""

    mail_from: str
    rcpt_to: str
    raw: bytes
    options: list[str]
    peer: tuple[str, int]

    @property
    def mail(self) -> EmailMessage:
        mail = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail


@dataclass
class Mailroom:
    """The server's side: what it took, what it refuses, and how it fails.

    `refuse` maps a command (`mail`, `rcpt`, `data`, `end`) or an address to the reply that is given instead of 250.
    `cut` names where the connection is reset: at a command, in the `body`, after the `end`, or at the `greeting`.
    """

    password: str = "secret"
    refuse: dict[str, str] = field(default_factory=dict)
    cut: str = ""
    greeting: str = ""
    before_reply: Callable[[], Awaitable[None]] | None = None
    taken: list[Taken] = field(default_factory=list)
    links: list["Link"] = field(default_factory=list)
    sign_ins: int = 0
    refused_sign_in: str = ""

    def sign_in(self, server: Any, session: Session, envelope: Envelope, mechanism: str, who: Any) -> AuthResult:
        self.sign_ins += 1
        if self.refused_sign_in:
            return AuthResult(success=False, handled=False, message=self.refused_sign_in)
        is_right = isinstance(who, LoginPassword) and who == LoginPassword(b"shop", self.password.encode())
        return AuthResult(success=is_right, handled=False, message=None if is_right else "535 5.7.8 Wrong password")

    def alive(self) -> list["Link"]:
        return [link for link in self.links if link.transport is not None and not link.transport.is_closing()]

    def hang_up(self) -> None:
        for link in self.alive():
            link.transport.abort()

    async def handle_MAIL(  # noqa: N802
        self, server: "Link", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._cut(server, "mail")
        envelope.mail_options.extend(options)
        if "mail" in self.refuse:
            return self.refuse["mail"]
        envelope.mail_from = address
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802
        self, server: "Link", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._cut(server, "rcpt")
        if refusal := self.refuse.get(address, self.refuse.get("rcpt")):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: "Link", session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.before_reply is not None:
            await self.before_reply()
        assert isinstance(envelope.content, bytes)
        assert envelope.mail_from is not None
        if "end" not in self.refuse:
            self.taken.append(
                Taken(envelope.mail_from, envelope.rcpt_tos[0], envelope.content, envelope.mail_options, session.peer)
            )
        self._cut(server, "end")
        return self.refuse.get("end", f"250 2.0.0 Ok: queued as 4F{len(self.taken)} for <{envelope.rcpt_tos[0]}>")

    def _cut(self, server: "Link", where: str) -> None:
        if self.cut == where:
            server.transport.abort()


class Link(SMTP):
    """One connection, from the server's side."""

    def __init__(self, room: Mailroom, **more: Any) -> None:
        super().__init__(
            room,
            hostname="mailroom.test",
            loop=asyncio.get_running_loop(),
            authenticator=room.sign_in,
            **{"auth_require_tls": False, "enable_SMTPUTF8": False, **more},
        )
        self.room = room

    def connection_made(self, transport: Any) -> None:
        self.room.links.append(self)
        if self.room.greeting or self.room.cut == "greeting":
            transport.write(f"{self.room.greeting}\r\n".encode())
            transport.close()
            return
        super().connection_made(transport)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        self.room._cut(self, "data")
        if "data" in self.room.refuse:
            await self.push(self.room.refuse["data"])
            return
        if self.room.cut == "body":
            await self.push("354 Go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


@asynccontextmanager
async def mailroom(*, more: Mapping[str, Any] | None = None, **behaviour: Any) -> AsyncIterator[tuple[Mailroom, int]]:
    """A server on a free port of this machine."""
    room = Mailroom(**behaviour)
    server = await asyncio.get_running_loop().create_server(lambda: Link(room, **(more or {})), "127.0.0.1", 0)
    try:
        yield room, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        room.hang_up()
        await asyncio.sleep(0)


def settings(port: int, **more: Any) -> SmtpSettings:
    fields: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "login": "shop",
        "password": "secret",
        "sender": "Corner Market <news@example.org>",
        "response_timeout_s": 2,
        "connect_timeout_s": 2,
        "reconnect_min_s": 0.02,
        "reconnect_max_s": 0.1,
    }
    return SmtpSettings(**{**fields, **more})


def hand_over(reference: int = 1, **more: Any) -> HandOver:
    fields: dict[str, Any] = {
        "message_id": 7,
        "attempt": 1,
        "address": ANNA,
        "sender": "",
        "text": "Hello Anna",
        "references": (reference,),
        "parts": (1,),
        "subject_line": "Hello",
    }
    return HandOver(**{**fields, **more})


@dataclass
class Meeting:
    """Both sides of the wire."""

    room: Mailroom
    gateway: SmtpGateway
    port: int
    receipts: list[Receipt]

    async def send(self, reference: int = 1, **more: Any) -> PartResult:
        (result,) = await self.gateway.send(hand_over(reference, **more))
        return result

    async def send_many(self, count: int) -> list[PartResult]:
        """Send so many at once as the window allows."""
        window = asyncio.Semaphore(self.gateway.window)

        async def one(reference: int) -> PartResult:
            async with window:
                return await self.send(reference, address=f"someone{reference}@example.org")

        return await asyncio.gather(*(one(reference) for reference in range(1, count + 1)))


@asynccontextmanager
async def meeting(
    *, said: Mapping[str, Any] | None = None, more: Mapping[str, Any] | None = None, **behaviour: Any
) -> AsyncIterator[Meeting]:
    """An open gateway and its server."""
    receipts: list[Receipt] = []

    async def keep(receipt: Receipt) -> bool:
        receipts.append(receipt)
        return True

    async with mailroom(more=more, **behaviour) as (room, port):
        gateway = SmtpGateway(settings(port, **(said or {})), keep)
        await gateway.open()
        try:
            yield Meeting(room, gateway, port, receipts)
        finally:
            await gateway.close()


async def until(condition: Callable[[], bool], *, within_s: float = 5) -> None:
    """Wait for something that only the other side of the wire can bring about."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def tls_context(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
