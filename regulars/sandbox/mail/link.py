"""One client's link to the stand-in mail server: aiosmtpd holds the conversation, we interrupt it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

if TYPE_CHECKING:
    from regulars.sandbox.mail.server import MailServer

HOSTNAME = "sandbox.localhost"
NO_ANSWER = ""
_LARGEST = 10 * 1024 * 1024
_MOST_RECIPIENTS = 100


class QuietSession(Session):
    """A session that signs in without aiosmtpd's warning about its own old name for who did."""

    login_data: Any = None


class Link(SMTP):
    """A connection from the greeting to the end. It can be cut, and be told to say nothing."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(
            Hooks(server),
            hostname=HOSTNAME,
            ident="Regulars sandbox",
            enable_SMTPUTF8=True,
            data_size_limit=_LARGEST,
            auth_require_tls=False,
            authenticator=self._authenticated,
            loop=asyncio.get_running_loop(),
        )
        self._house = server
        self.number = 0
        self.mails = 0
        self.is_mute = False

    def cut(self) -> None:
        """Break the link at once; what was not yet sent is lost."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.number = self._house.open_link(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """End."""
        self._house.links.discard(self)
        super().connection_lost(error)

    async def push(self, status: str | bytes) -> None:
        """Say something, unless there is nothing to say or we were told to be silent; after 421 the link is closed."""
        octets = status.encode() if isinstance(status, str) else status
        if not octets or self.is_mute or self._house.behaviour.deaf or self._is_closing():
            return
        with contextlib.suppress(ConnectionError):
            await super().push(octets)
        if octets.startswith(b"421 ") and self.transport is not None:
            self.transport.close()

    def _is_closing(self) -> bool:
        return self.transport is None or self.transport.is_closing()

    def _create_session(self) -> Session:
        return QuietSession(self.loop)

    def _authenticated(self, *asked: Any) -> AuthResult:
        pair = asked[-1]
        known = (pair.login, pair.password) if isinstance(pair, LoginPassword) else (b"", b"")
        refusal = self._house.sign_in(*known)
        return AuthResult(success=not refusal, handled=False, message=refusal or None, auth_data=pair)


class Hooks:
    """What aiosmtpd asks on the way: it calls each by its name."""

    def __init__(self, server: MailServer) -> None:
        self._house = server

    async def handle_EHLO(  # noqa: N802
        self, link: Link, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Say what we can; commands may come in groups, they are answered in their order."""
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]]

    async def handle_MAIL(  # noqa: N802
        self, link: Link, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Begin a mail, or not."""
        address = readable(address)
        refusal = _alphabet_refusal(address, envelope) or self._house.refuse_sender(
            link, is_signed_in=bool(session.authenticated)
        )
        if refusal:
            return refusal
        envelope.mail_from = address
        return "250 2.1.0 Sender is fine"

    async def handle_RCPT(  # noqa: N802
        self, link: Link, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or not."""
        address = readable(address)
        local_part, _, domain = address.rpartition("@")
        if not local_part or not domain:
            return "553 5.1.3 No such address"
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        refusal = _alphabet_refusal(address, envelope) or self._house.refuse_recipient(
            envelope.mail_from or "", address
        )
        if refusal:
            return refusal
        if address not in envelope.rcpt_tos:
            envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient is fine"

    async def handle_DATA(self, link: Link, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail itself, or not."""
        raw = envelope.original_content or b""
        return await self._house.take(link, envelope.mail_from or "", tuple(envelope.rcpt_tos), raw)


def readable(address: str) -> str:
    """Write an address so that it can be kept as UTF-8, whatever octets the client sent."""
    return address.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _alphabet_refusal(address: str, envelope: Envelope) -> str:
    return "" if address.isascii() or envelope.smtp_utf8 else "553 5.6.7 Such an address needs SMTPUTF8"
