"""The SMPP gateway: keeps one session alive, and hands messages over within the window."""

import asyncio
import logging
import random
import ssl
from collections.abc import Mapping
from typing import Any, Self

from smpp34 import DeliverSm, SubmitSm, Tlv

from regulars.gateways.smpp import statuses
from regulars.gateways.smpp.receipts import USER_MESSAGE_REFERENCE, read_receipt, response_id
from regulars.gateways.smpp.session import Answer, LinkLost, Session
from regulars.gateways.smpp.settings import SmppSettings
from regulars.messages import parts as sms
from regulars.messages.gateway import GatewayDown, HandOver, OnReceipt, Outcome, PartResult, Receipt, ReceiptState

log = logging.getLogger(__name__)

_UDHI = 0x40
_CODING: Mapping[sms.Encoding, int] = {"gsm7": 0x00, "ucs2": 0x08}
_LONGEST_ADDRESS = 20
_LONGEST_ALPHA = 11
_LONGEST_VALIDITY_S = 30 * 86_400


class SmppGateway:
    """One account at one SMSC, as a transceiver.

    `open` signs in once and raises if that fails; from then on a lost link is rebuilt with growing pauses. A submit is
    written only when the window has room, so a lost link makes at most `window` messages unknown.
    """

    channel = "sms"

    def __init__(self, settings: SmppSettings, on_receipt: OnReceipt) -> None:
        self.window = settings.window
        self.timeout_s = settings.response_timeout_s
        self._settings = settings
        self._on_receipt = on_receipt
        self._slots = asyncio.Semaphore(settings.window)
        self._session: Session | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._is_closing = False
        self._is_refused = False

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], on_receipt: OnReceipt) -> Self:
        """Build from stored settings. Raises WrongSettings."""
        return cls(SmppSettings.read(settings), on_receipt)

    @property
    def is_open(self) -> bool:
        """Whether we are signed in."""
        return self._session is not None and self._session.is_bound

    async def open(self) -> None:
        """Connect and sign in; nothing to be done if that has happened already. Raises GatewayDown."""
        if self._keeper is not None and not self._keeper.done():
            return
        self._is_closing = False
        self._session = await self._connect()
        self._keeper = asyncio.create_task(self._keep())

    async def send(self, hand_over: HandOver) -> list[PartResult]:
        """Hand over the parts in order, up to the first that is not accepted. Raises ValueError if references lack."""
        try:
            cut = sms.split(hand_over.text)
        except sms.TextTooLong:
            return [PartResult(1, Outcome.FAILED, code="too_long")]
        total = len(cut.parts)
        if len(hand_over.references) != total:
            raise ValueError(f"{total} parts need as many references; there are {len(hand_over.references)}")

        wanted = hand_over.parts or tuple(range(1, total + 1))
        results: list[PartResult] = []
        for number in wanted:
            if results and results[-1].outcome is not Outcome.ACCEPTED:
                results.append(PartResult(number, Outcome.UNSENT, code="not_tried"))
            else:
                results.append(await self._send_part(hand_over, cut, number))
        return results

    async def close(self) -> None:
        """Wait for the answers still due (at most the response time-out), sign out, disconnect."""
        self._is_closing = True
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        await self._empty_window()
        session, self._session = self._session, None
        if session is not None and session.is_bound:
            await session.unbind()

    # --- one part

    async def _send_part(self, hand_over: HandOver, cut: sms.Parts, number: int) -> PartResult:
        sender = hand_over.sender or self._settings.sender
        if refusal := _refusal(sender, hand_over.address):
            return PartResult(number, refusal[0], code=refusal[1])
        async with self._slots:
            session = self._session
            if self._is_closing or session is None or not session.is_bound:
                outcome = Outcome.CREDENTIALS if self._is_refused else Outcome.UNSENT
                return PartResult(number, outcome, code="down")
            sequence = session.next_sequence()
            pdu = self._submit_sm(hand_over, sender, cut, number, sequence)
            if pdu is None:
                return PartResult(number, Outcome.FAILED, code="too_long")
            return await self._wait(session, sequence, pdu, hand_over, number)

    async def _wait(self, session: Session, sequence: int, pdu: bytes, hand_over: HandOver, number: int) -> PartResult:
        future = session.write(sequence, pdu)
        try:
            async with asyncio.timeout(self._settings.response_timeout_s):
                answer = await future
        except TimeoutError:
            session.give_up(sequence, hand_over.references[number - 1])
            return PartResult(number, Outcome.UNKNOWN, code="timeout")
        except asyncio.CancelledError:
            session.give_up(sequence, hand_over.references[number - 1])
            raise
        except LinkLost:
            return PartResult(number, Outcome.UNKNOWN, code="lost")
        outcome = statuses.outcome_of(answer.status, self._settings.vendor_statuses)
        provider_id = response_id(answer.message_id, self._settings.id_format) if answer.status == statuses.ROK else ""
        return PartResult(number, outcome, provider_id, statuses.code_of(answer.status))

    def _submit_sm(self, hand_over: HandOver, sender: str, cut: sms.Parts, number: int, sequence: int) -> bytes | None:
        total = len(cut.parts)
        octets = sms.encode_part(
            cut.parts[number - 1], cut.encoding, reference=hand_over.references[0], number=number, total=total
        )
        if len(octets) > 254:
            return None
        is_number = sender.removeprefix("+").isdecimal()
        said = self._settings
        return SubmitSm(
            sender.removeprefix("+") if is_number else sender,
            hand_over.address.removeprefix("+"),
            octets,
            source_addr_ton=said.number_ton if is_number else said.alpha_ton,
            source_addr_npi=said.number_npi if is_number else said.alpha_npi,
            dest_addr_ton=1,
            dest_addr_npi=1,
            esm_class=_UDHI if total > 1 else 0,
            validity_period=_validity(hand_over.lifetime_s, said.shortest_validity_s),
            registered_delivery=1,
            data_coding=_CODING[cut.encoding],
            tlvs=[Tlv(USER_MESSAGE_REFERENCE, (hand_over.references[number - 1] % 65_536).to_bytes(2))],
            sequence_number=sequence,
        ).encode()

    # --- receipts

    async def _receive(self, deliver: DeliverSm) -> bool:
        receipt = read_receipt(deliver, self._settings)
        if receipt is None:
            log.info("smpp: somebody wrote to us; nobody listens to texts yet")
            return True
        return await self._on_receipt(receipt)

    async def _receive_late(self, reference: int, answer: Answer) -> None:
        """Tell of an acceptance that came after the time-out as if by receipt; a late refusal settles nothing."""
        if answer.status == statuses.ROK:
            provider_id = response_id(answer.message_id, self._settings.id_format)
            await self._on_receipt(
                Receipt(provider_id, reference % 65_536, ReceiptState.ACCEPTED, code=statuses.code_of(answer.status))
            )

    # --- the link

    async def _connect(self) -> Session:
        said = self._settings
        context = ssl.create_default_context() if said.tls else None
        try:
            async with asyncio.timeout(said.connect_timeout_s):
                _, session = await asyncio.get_running_loop().create_connection(
                    lambda: Session(said, self._receive, self._receive_late), said.host, said.port, ssl=context
                )
        except (OSError, TimeoutError) as error:
            raise GatewayDown(f"no connection to {said.host}:{said.port}: {error or 'no answer'}") from None
        await self._sign_in(session)
        return session

    async def _sign_in(self, session: Session) -> None:
        try:
            status = await session.bind()
        except (LinkLost, TimeoutError) as error:
            session.drop()
            raise GatewayDown(f"no answer to the sign-in: {error or 'time-out'}") from None
        except asyncio.CancelledError:
            session.drop()
            raise
        self._is_refused = status in statuses.REFUSED_SIGN_IN
        if status != statuses.ROK:
            session.drop()
            raise GatewayDown(f"sign-in refused with {statuses.code_of(status)}", credentials=self._is_refused)
        if not session.is_bound:
            raise GatewayDown("the link was lost right after the sign-in")

    async def _keep(self) -> None:
        """Rebuild a lost link for as long as the gateway is open, with growing and slightly random pauses."""
        while self._session is not None:
            await self._session.lost.wait()
            log.warning("smpp: the link to %s:%s is lost", self._settings.host, self._settings.port)
            self._session = await self._reconnect()

    async def _reconnect(self) -> Session:
        pause = self._settings.reconnect_min_s
        while True:
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))
            try:
                return await self._connect()
            except GatewayDown as down:
                log.warning("smpp: %s", down.reason)
                pause = min(pause * 2, self._settings.reconnect_max_s)

    async def _empty_window(self) -> None:
        try:
            async with asyncio.timeout(self._settings.response_timeout_s + 1):
                for _ in range(self.window):
                    await self._slots.acquire()
        except TimeoutError:
            log.warning("smpp: closing although answers are still due")
        self._slots = asyncio.Semaphore(self.window)


def _refusal(sender: str, address: str) -> tuple[Outcome, str] | None:
    """Refuse what no SMSC may see: the codec writes over-long addresses without a word."""
    digits = address.removeprefix("+")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > _LONGEST_ADDRESS:
        return Outcome.RETIRE, "address"
    number = sender.removeprefix("+")
    if number.isascii() and number.isdecimal() and len(number) <= _LONGEST_ADDRESS:
        return None
    if not sender or len(sender) > _LONGEST_ALPHA or not sender.isascii() or not sender.isprintable():
        return Outcome.CREDENTIALS, "sender"
    return None


def _validity(lifetime_s: int | None, shortest_s: int) -> str:
    """Write a lifetime as a relative validity_period of at most 30 days; without one the SMSC chooses."""
    if lifetime_s is None:
        return ""
    seconds = min(max(lifetime_s, shortest_s), _LONGEST_VALIDITY_S)
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    return f"0000{days:02}{hours:02}{minutes:02}{seconds:02}000R"
