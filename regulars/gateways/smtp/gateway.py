"""The SMTP gateway: one mail at a time on each connection of its pool."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Self

from regulars.gateways.smtp.connection import Connection, read
from regulars.gateways.smtp.mail import Mail, Unsendable, write
from regulars.gateways.smtp.pool import Pool
from regulars.gateways.smtp.replies import Stage, code_of, outcome_of
from regulars.gateways.smtp.settings import SmtpSettings
from regulars.messages.gateway import GatewayDown, HandOver, OnReceipt, Outcome, PartResult, Receipt, ReceiptState

log = logging.getLogger(__name__)

_WITH_ID = (Outcome.ACCEPTED, Outcome.UNKNOWN)


class SmtpGateway:
    """One account at one SMTP server.

    A mail is one part. Its id at the provider is its Message-ID, which is ours, and so is known even when no answer
    came. The server has the mail when it says so after the final dot; what happens later would come as another mail to
    `envelope_from`, and nobody reads those yet: `accepted` is as far as an email gets. Only where the server
    `keeps_mailboxes` its word is the final delivery (RFC 5321 4.1.1.4), which is told as a receipt before the answer: who
    dies between the two does not leave a delivered mail behind as accepted.

    The `sender` of a hand-over is a name, shown before the configured address, or an address of its own, with or without
    a name, that replaces both.
    """

    channel = "email"

    def __init__(self, settings: SmtpSettings, on_receipt: OnReceipt) -> None:
        self.window = settings.connections
        self.timeout_s = settings.connect_timeout_s + 2 * settings.response_timeout_s
        self._settings = settings
        self._on_receipt = on_receipt
        self._pool = Pool(settings)
        self._listeners: set[asyncio.Task[None]] = set()

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], on_receipt: OnReceipt) -> Self:
        """Build from stored settings. Raises WrongSettings."""
        return cls(SmtpSettings.read(settings), on_receipt)

    @property
    def is_open(self) -> bool:
        """Whether a mail would leave now: on a connection that lives, or on one that nothing speaks against opening."""
        return self._pool.is_open

    async def open(self) -> None:
        """Connect and sign in; nothing to be done if that has happened already. Raises GatewayDown."""
        await self._pool.open()

    async def send(self, hand_over: HandOver) -> list[PartResult]:
        """Hand over one mail."""
        (part,) = hand_over.parts or (1,)
        try:
            mail = write(hand_over, self._settings)
            outcome, code = await self._send(mail, hand_over)
        except Unsendable as unsendable:
            return [PartResult(part, unsendable.outcome, code=unsendable.code)]
        except GatewayDown as down:
            outcome = Outcome.CREDENTIALS if down.credentials else Outcome.UNSENT
            return [PartResult(part, outcome, code="down")]
        if outcome is Outcome.ACCEPTED and self._settings.keeps_mailboxes:
            await self._tell(mail, hand_over, code)
        return [PartResult(part, outcome, mail.message_id if outcome in _WITH_ID else "", code)]

    async def close(self) -> None:
        """Wait for the answers still due, sign out, disconnect; those that are late already are not waited for."""
        try:
            await self._pool.close()
        finally:
            for listener in self._listeners:
                listener.cancel()
            await asyncio.gather(*self._listeners, return_exceptions=True)

    # --- one mail

    async def _send(self, mail: Mail, hand_over: HandOver) -> tuple[Outcome, str]:
        async with self._pool.connection() as connection:
            outcome, code = await connection.hand_over(mail)
        if connection.late is not None:
            self._listen(connection, mail, hand_over)
        return outcome, code

    def _listen(self, connection: Connection, mail: Mail, hand_over: HandOver) -> None:
        """Go on waiting for a late answer, on as many connections as the pool has."""
        if len(self._listeners) >= self.window:
            connection.drop()
            return
        listener = asyncio.create_task(self._tell_late(connection, mail, hand_over))
        self._listeners.add(listener)
        listener.add_done_callback(self._listeners.discard)

    async def _tell_late(self, connection: Connection, mail: Mail, hand_over: HandOver) -> None:
        """Tell of an acceptance that came after the time-out as if by receipt; a late refusal settles nothing."""
        assert connection.late is not None
        try:
            await asyncio.wait({connection.late})
            reply = read(connection.late)
            if reply is not None and outcome_of(Stage.END, reply) is Outcome.ACCEPTED:
                await self._tell(mail, hand_over, code_of(reply, mail.address))
        finally:
            connection.drop()

    async def _tell(self, mail: Mail, hand_over: HandOver, code: str) -> None:
        """Tell as a receipt what the server's word means: its mail now, or delivered already."""
        state = ReceiptState.DELIVERED if self._settings.keeps_mailboxes else ReceiptState.ACCEPTED
        reference = hand_over.references[0] % 65_536
        try:
            await self._on_receipt(Receipt(mail.message_id, reference, state, code, address=hand_over.address))
        except Exception:
            log.exception("smtp: what the server said of a mail was not recorded")
