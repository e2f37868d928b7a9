"""One SMPP session: framing, sign-in, matching answers, keep-alive, receipts answered after they are recorded."""

import asyncio
import contextlib
import logging
import struct
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from smpp34 import DeliverSm, SmppError, decode

from regulars.gateways.smpp import statuses
from regulars.gateways.smpp.settings import SmppSettings

log = logging.getLogger(__name__)

GENERIC_NACK = 0x80000000
RESPONSE = 0x80000000
DELIVER_SM = 0x05
UNBIND = 0x06
BIND_TRANSCEIVER = 0x09
ENQUIRE_LINK = 0x15
ALERT_NOTIFICATION = 0x102
OUTBIND = 0x0B

_HEADER = struct.Struct(">IIII")
_LONGEST = 0x11000
_LAST_SEQUENCE = 0x7FFFFFFF
# Receipts being recorded at once; above it the socket is not read, and the SMSC waits.
_RECEIPTS_AT_ONCE = 500
_REMEMBERED_LATE = 10_000

type OnDeliver = Callable[[DeliverSm], Awaitable[bool]]
type OnLateAnswer = Callable[[int, Answer], Awaitable[object]]


class LinkLost(Exception):
    """The session ended before the answer came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response or a generic_nack to one of our requests."""

    status: int
    body: bytes = b""

    @property
    def message_id(self) -> str:
        """The id the SMSC gave, as it wrote it."""
        return self.body.split(b"\0", 1)[0].decode("latin-1")


class Session(asyncio.Protocol):
    """One TCP link, signed in once. When it is lost a new Session is made.

    A deliver_sm is answered only when `on_deliver` has returned: if we die before, the SMSC says it again.
    `on_late_answer` hears of answers to requests that were given up (time-out).
    """

    def __init__(self, settings: SmppSettings, on_deliver: OnDeliver, on_late_answer: OnLateAnswer) -> None:
        self._settings = settings
        self._on_deliver = on_deliver
        self._on_late_answer = on_late_answer
        self._buffer = bytearray()
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._given_up: OrderedDict[int, int] = OrderedDict()
        self._sequence = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_paused = False
        self._transport: asyncio.Transport
        self._is_bound = False
        self.lost = asyncio.Event()

    # --- what the gateway calls

    @property
    def is_bound(self) -> bool:
        """Whether a request written now would leave."""
        return self._is_bound and not self._transport.is_closing()

    async def bind(self) -> int:
        """Sign in as a transceiver and return the SMSC's command_status. Raises LinkLost, TimeoutError."""
        said = self._settings
        words = (said.system_id, said.password, said.system_type)
        body = b"".join(word.encode("ascii") + b"\0" for word in words) + b"\x34\0\0\0"
        answer = await self._ask(BIND_TRANSCEIVER, body)
        self._is_bound = answer.status == statuses.ROK
        if self.is_bound:
            self._start(self._keep_alive())
        return answer.status

    def next_sequence(self) -> int:
        """Give out the number for the next request."""
        self._sequence = self._sequence % _LAST_SEQUENCE + 1
        return self._sequence

    def write(self, sequence: int, pdu: bytes) -> asyncio.Future[Answer]:
        """Write a request; from here on its bytes may have left. The future raises LinkLost."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if self._transport.is_closing():
            future.set_exception(LinkLost("the link is closed"))
            return future
        self._waiting[sequence] = future
        self._transport.write(pdu)
        return future

    def give_up(self, sequence: int, reference: int) -> None:
        """Stop waiting for an answer; should it come after all, it is told under `reference`."""
        self._waiting.pop(sequence, None)
        self._given_up[sequence] = reference
        if len(self._given_up) > _REMEMBERED_LATE:
            self._given_up.popitem(last=False)

    async def unbind(self) -> None:
        """Finish the receipts at hand, sign out politely, and close."""
        self._is_bound = False
        receipts = {task for task in self._tasks if task.get_name() == "receipt"}
        if receipts:
            await asyncio.wait(receipts, timeout=self._settings.response_timeout_s)
        with contextlib.suppress(LinkLost, TimeoutError):
            await self._ask(UNBIND, b"")
        self._transport.close()

    def drop(self) -> None:
        """Close the link at once; what is unanswered stays unknown."""
        self._is_bound = False
        self._transport.abort()

    # --- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everybody who still waits."""
        self._is_bound = False
        self.lost.set()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(LinkLost(str(exc or "the other side closed the link")))
                future.exception()  # seen, even if nobody waits any more
        self._waiting.clear()
        for task in self._tasks:
            if task.get_name() != "receipt":
                task.cancel()

    def data_received(self, data: bytes) -> None:
        """Cut the stream into PDUs."""
        self._buffer += data
        at, end = 0, len(self._buffer)
        while end - at >= _HEADER.size:
            length, command, status, sequence = _HEADER.unpack_from(self._buffer, at)
            if not _HEADER.size <= length <= _LONGEST:
                self._reply(GENERIC_NACK, 0x02, sequence)
                self._transport.close()
                return
            if end - at < length:
                break
            self._receive(command, status, sequence, bytes(self._buffer[at : at + length]))
            at += length
        del self._buffer[:at]

    # --- inside

    async def _ask(self, command: int, body: bytes) -> Answer:
        sequence = self.next_sequence()
        pdu = _HEADER.pack(_HEADER.size + len(body), command, 0, sequence) + body
        async with asyncio.timeout(self._settings.response_timeout_s):
            return await self.write(sequence, pdu)

    def _receive(self, command: int, status: int, sequence: int, pdu: bytes) -> None:
        if command & RESPONSE:
            self._receive_answer(sequence, Answer(status, pdu[_HEADER.size :]))
        elif command == DELIVER_SM:
            self._receive_deliver(sequence, pdu)
        elif command == ENQUIRE_LINK:
            self._reply(ENQUIRE_LINK | RESPONSE, statuses.ROK, sequence)
        elif command == UNBIND:
            self._is_bound = False
            self._reply(UNBIND | RESPONSE, statuses.ROK, sequence)
            self._transport.close()
        elif command not in (ALERT_NOTIFICATION, OUTBIND):
            self._reply(GENERIC_NACK, 0x03, sequence)

    def _receive_answer(self, sequence: int, answer: Answer) -> None:
        future = self._waiting.pop(sequence, None)
        if future is not None and not future.done():
            future.set_result(answer)
        elif sequence in self._given_up:
            self._start(self._tell_late(self._given_up.pop(sequence), answer), "receipt")
        if answer.status in statuses.REBIND and self.is_bound:
            log.warning("smpp: the SMSC lost our session (%s); signing in again", statuses.code_of(answer.status))
            self._is_bound = False
            self._transport.close()

    async def _tell_late(self, reference: int, answer: Answer) -> None:
        try:
            await self._on_late_answer(reference, answer)
        except Exception:
            log.exception("smpp: a late answer could not be recorded")

    def _receive_deliver(self, sequence: int, pdu: bytes) -> None:
        try:
            deliver = decode(pdu)
            assert isinstance(deliver, DeliverSm)
        except SmppError as error:
            log.error("smpp: a deliver_sm could not be read: %s", error)
            refusal = statuses.RX_P_APPN if self._settings.ask_again else statuses.ROK
            self._reply_deliver(refusal, sequence)
            return
        self._start(self._record(deliver, sequence), "receipt")

    async def _record(self, deliver: DeliverSm, sequence: int) -> None:
        try:
            is_safe = await self._on_deliver(deliver)
        except Exception:
            log.exception("smpp: a receipt could not be recorded")
            is_safe = False
        if is_safe:
            self._reply_deliver(statuses.ROK, sequence)
        elif self._settings.ask_again:
            self._reply_deliver(statuses.RX_T_APPN, sequence)

    def _reply_deliver(self, status: int, sequence: int) -> None:
        self._reply(DELIVER_SM | RESPONSE, status, sequence, b"\0")

    def _reply(self, command: int, status: int, sequence: int, body: bytes = b"") -> None:
        if not self._transport.is_closing():
            self._transport.write(_HEADER.pack(_HEADER.size + len(body), command, status, sequence) + body)

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._settings.enquire_link_s)
            try:
                await self._ask(ENQUIRE_LINK, b"")
            except TimeoutError:
                log.warning("smpp: no answer to enquire_link; the link is dead")
                self.drop()
                return
            except LinkLost:
                return

    def _start(self, work: Awaitable[None], name: str = "") -> None:
        task = asyncio.ensure_future(work)
        assert isinstance(task, asyncio.Task)
        task.set_name(name or "session")
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        if len(self._tasks) > _RECEIPTS_AT_ONCE and not self._is_paused and not self._transport.is_closing():
            self._is_paused = True
            self._transport.pause_reading()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._is_paused and len(self._tasks) <= _RECEIPTS_AT_ONCE // 2 and not self._transport.is_closing():
            self._is_paused = False
            self._transport.resume_reading()
