"""One connection to a server: signing in, and handing over one mail after another."""

import asyncio
import ssl
from contextlib import suppress
from typing import Self

import aiosmtplib

from regulars.gateways.smtp.mail import Mail
from regulars.gateways.smtp.replies import Reply, Stage, code_of, outcome_of
from regulars.gateways.smtp.settings import SmtpSettings
from regulars.messages import failpoint
from regulars.messages.gateway import GatewayDown, Outcome

LATE_S = 600.0
"""How long a server may think about a mail (RFC 5321 4.5.3.2.6)."""
_LOOK_S = 0.002
_SIGN_INS = ("plain", "login", "cram-md5")
_OUT_OF_STEP = (500, 502, 503)


class _Settled(Exception):
    """What becomes of the mail is known before it was written out."""

    def __init__(self, outcome: Outcome, code: str) -> None:
        super().__init__(code)
        self.outcome = outcome
        self.code = code


class Connection:
    """A connection that is signed in. It belongs to one hand-over at a time, and is dropped when in doubt.

    `late` is the answer that did not come in time; who finds it may go on waiting.
    """

    def __init__(self, client: aiosmtplib.SMTP, said: SmtpSettings) -> None:
        self.mails = 0
        self.used_at = 0.0
        self.late: asyncio.Task[aiosmtplib.SMTPResponse] | None = None
        self._client = client
        self._said = said
        self._has_begun = False

    @classmethod
    async def open(cls, said: SmtpSettings, tls: ssl.SSLContext | None, *, within_s: float) -> Self:
        """Connect, secure and sign in. Raises GatewayDown."""
        client = aiosmtplib.SMTP(
            hostname=said.host,
            port=said.port,
            local_hostname=said.hello or said.id_domain,
            timeout=None,  # asyncio.timeout is around everything
            use_tls=said.security == "tls",
            start_tls=said.security == "starttls",
            tls_context=tls,
        )
        connection = cls(client, said)
        try:
            async with asyncio.timeout(within_s):
                await client.connect()
                await _greet(client)
                if said.login:
                    await _sign_in(client, said)
        except BaseException as error:
            connection.drop()
            if not isinstance(error, aiosmtplib.SMTPException | OSError | ValueError):
                raise
            raise _down(error, said) from None
        return connection

    @property
    def is_alive(self) -> bool:
        """Whether nobody has hung up."""
        return self._client.is_connected

    async def hand_over(self, mail: Mail) -> tuple[Outcome, str]:
        """Hand over a mail and say what became of it, with a code.

        Until the final dot is written, a lost connection has taken nothing along; from then on nobody knows. One that is lost
        over the mail itself may be lost over it again, so the next try comes later and later.
        """
        self.mails += 1
        when_lost = Outcome.UNSENT
        try:
            async with asyncio.timeout(self._said.response_timeout_s):
                await self._offer(mail)
                when_lost = Outcome.LATER
                await self._write(mail.octets)
            self._write_dot()
        except _Settled as settled:
            return settled.outcome, settled.code
        except TimeoutError:
            self.drop()
            return Outcome.LATER, "timeout"
        except (aiosmtplib.SMTPException, OSError):
            self.drop()
            return when_lost, "lost"
        except BaseException:
            self.drop()
            raise
        return await self._hear(mail)

    async def quit(self) -> None:
        """Say goodbye, and hang up even if nobody answers."""
        try:
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(min(1.0, self._said.response_timeout_s)):
                    await self._client.quit()
        finally:
            self.drop()

    def drop(self) -> None:
        """Hang up at once."""
        if self.late is not None:
            self.late.cancel()
        if isinstance(transport := self._client.transport, asyncio.WriteTransport):
            transport.abort()
        self._client.close()

    # --- one mail

    async def _offer(self, mail: Mail) -> None:
        """Say from whom and to whom, up to the server's word that the mail may come."""
        octets = len(mail.octets)
        extensions = self._client.esmtp_extensions
        if mail.is_international and "smtputf8" not in extensions:
            raise _Settled(Outcome.RETIRE, "smtputf8")
        if 0 < int(_digits(extensions.get("size", ""))) < octets:
            raise _Settled(Outcome.FAILED, "too_large")
        if self._has_begun:  # the last one was refused half-way
            await self._client.execute_command(b"RSET")
        self._has_begun = True
        options = [b"SIZE=%d" % octets] if "size" in extensions else []
        if mail.is_international:
            options += [b"BODY=8BITMIME", b"SMTPUTF8"]
        await self._say(Stage.MAIL, mail, b"MAIL", b"FROM:<%s>" % mail.sender.encode(), *options)
        await self._say(Stage.RCPT, mail, b"RCPT", b"TO:<%s>" % mail.address.encode())
        await self._say(Stage.DATA, mail, b"DATA")

    async def _say(self, stage: Stage, mail: Mail, *words: bytes) -> None:
        response = await self._client.execute_command(*words)
        reply = Reply(*response)
        if reply.code // 100 == (3 if stage is Stage.DATA else 2):
            return
        if not 400 <= reply.code < 600 or reply.code in _OUT_OF_STEP:
            self.drop()
        outcome = outcome_of(stage, reply) if reply.code >= 400 else Outcome.LATER
        if reply.code == 421 and stage is Stage.MAIL and self.mails > 1 and outcome is Outcome.LATER:
            outcome = Outcome.UNSENT  # it has had enough of this connection, and has not seen the mail
        raise _Settled(outcome, code_of(reply, mail.address))

    async def _write(self, octets: bytes) -> None:
        """Write a mail, and wait until none of it is left here: the dot must not travel along unseen."""
        if self._client.protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("lost")
        self._client.protocol.write(octets)
        while isinstance(wire := self._client.transport, asyncio.WriteTransport) and wire.get_write_buffer_size():  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)

    def _write_dot(self) -> None:
        protocol = self._client.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("lost")
        failpoint.here("before_dot")
        protocol.write(b".\r\n")
        failpoint.here("dot_written")
        self.late = asyncio.create_task(protocol.read_response(timeout=LATE_S))

    async def _hear(self, mail: Mail) -> tuple[Outcome, str]:
        answer = self.late
        assert answer is not None
        try:
            await asyncio.wait({answer}, timeout=self._said.response_timeout_s)
        except asyncio.CancelledError:
            self.drop()
            raise
        if not answer.done():
            return Outcome.UNKNOWN, "timeout"
        self.late = None
        if (reply := read(answer)) is None:
            self.drop()
            return Outcome.UNKNOWN, "lost"
        self._has_begun = False
        if reply.code == 421:
            self.drop()
        return outcome_of(Stage.END, reply), code_of(reply, mail.address)


def read(answer: asyncio.Task[aiosmtplib.SMTPResponse]) -> Reply | None:
    """Read the reply to the final dot; None when there was none, or none that means anything."""
    if answer.cancelled() or answer.exception() is not None:
        return None
    reply = Reply(*answer.result())
    return reply if 200 <= reply.code < 300 or 400 <= reply.code < 600 else None


async def _greet(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


async def _sign_in(client: aiosmtplib.SMTP, said: SmtpSettings) -> None:
    """Try one way only: three refusals for one wrong password look like an attack, and close accounts."""
    ways = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
    for name in _SIGN_INS:
        if name in client.server_auth_methods:
            await ways[name](said.login, said.password)
            return
    raise aiosmtplib.SMTPNotSupported("the server offers no way to sign in that we know")


def _down(error: Exception, said: SmtpSettings) -> GatewayDown:
    """Say why there is no connection, and whether somebody must look at the settings."""
    where = f"{said.host}:{said.port}"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        reply = Reply(error.code, error.message)
        return GatewayDown(f"{where} refuses us with {code_of(reply)}", credentials=500 <= reply.code < 600)
    if isinstance(error.__cause__ or error, ssl.SSLError):
        return GatewayDown(f"{where} has a certificate or a TLS that we do not trust: {error}", credentials=True)
    if isinstance(error, ConnectionError | OSError | ValueError):
        return GatewayDown(f"no connection to {where}: {str(error) or 'no answer'}")
    return GatewayDown(f"{where} lacks what the settings ask for: {error}", credentials=True)


def _digits(text: str) -> str:
    return text if text.isascii() and text.isdecimal() else "0"
