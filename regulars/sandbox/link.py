"""One client's TCP link to the stand-in SMSC: framing, sign-in, answers, and receipts on their way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from regulars.sandbox import pdu

if TYPE_CHECKING:
    from regulars.sandbox.receipts import Due
    from regulars.sandbox.smsc import Smsc

_SESSION_INIT_S = 10
_RECEIPT_ANSWER_S = 10
_RECEIPTS_AT_ONCE = 50


class Link(asyncio.Protocol):
    """A session from the first octet to the last. `unanswered` counts the submits that have no response yet."""

    def __init__(self, smsc: Smsc) -> None:
        self._smsc = smsc
        self._buffer = bytearray()
        self._bound = 0
        self._sequence = 0
        self._delivering: dict[int, tuple[Due, asyncio.TimerHandle]] = {}
        self._is_enquiring = False
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle
        self.number = 0
        self.unanswered = 0

    @property
    def is_bound(self) -> bool:
        """Whether the client has signed in."""
        return self._bound != 0 and not self._transport.is_closing()

    @property
    def can_receive(self) -> bool:
        """Whether another receipt may be sent on this session now."""
        return (
            self.is_bound
            and self._bound != pdu.BIND_TRANSMITTER
            and len(self._delivering) < _RECEIPTS_AT_ONCE
            and not self._smsc.behaviour.deaf
        )

    def answer(self, command: int, status: int, sequence: int, body: bytes = b"", *, delay_s: float = 0) -> None:
        """Answer a request, later if so told."""
        if delay_s > 0:
            asyncio.get_running_loop().call_later(delay_s, self.answer, command, status, sequence, body)
            return
        if command == pdu.SUBMIT_SM:
            self.unanswered -= 1
        self._write(pdu.pack(command | pdu.RESPONSE, status, sequence, body))

    def deliver(self, due: Due, body: bytes) -> None:
        """Send a receipt; if the client stays silent it is sent again."""
        sequence = self._next_sequence()
        timer = asyncio.get_running_loop().call_later(_RECEIPT_ANSWER_S, self._give_back, sequence)
        self._delivering[sequence] = due, timer
        self._write(pdu.pack(pdu.DELIVER_SM, pdu.ROK, sequence, body))

    def count_delivering(self) -> int:
        """Count the receipts that the client has not answered yet."""
        return len(self._delivering)

    def cut(self) -> None:
        """Break the link at once; what was not yet sent is lost."""
        self._transport.abort()

    # --- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; a client that does not sign in soon is sent away."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._smsc.links.add(self)
        self._timer = asyncio.get_running_loop().call_later(_SESSION_INIT_S, self.cut)

    def connection_lost(self, exc: Exception | None) -> None:
        """Keep the receipts that did not arrive for the next session."""
        self._smsc.links.discard(self)
        self._timer.cancel()
        for sequence in list(self._delivering):
            self._give_back(sequence)

    def data_received(self, data: bytes) -> None:
        """Cut the stream into PDUs."""
        if self._smsc.behaviour.deaf:
            return
        self._buffer += data
        while len(self._buffer) >= pdu.HEADER.size and not self._transport.is_closing():
            length, command, status, sequence = pdu.HEADER.unpack_from(self._buffer)
            if not pdu.HEADER.size <= length <= pdu.LONGEST:
                self._write(pdu.pack(pdu.GENERIC_NACK, pdu.RINVCMDLEN, sequence))
                self._transport.close()
                return
            if len(self._buffer) < length:
                return
            body = bytes(self._buffer[pdu.HEADER.size : length])
            del self._buffer[:length]
            self._receive(command, status, sequence, body)

    # --- inside

    def _receive(self, command: int, status: int, sequence: int, body: bytes) -> None:
        if command == pdu.DELIVER_SM | pdu.RESPONSE:
            self._receive_confirmation(status, sequence)
        elif command & pdu.RESPONSE:
            self._is_enquiring = False
        elif command == pdu.SUBMIT_SM:
            self._receive_submit(sequence, body)
        elif command in (pdu.BIND_RECEIVER, pdu.BIND_TRANSMITTER, pdu.BIND_TRANSCEIVER):
            self._receive_bind(command, sequence, body)
        elif command == pdu.ENQUIRE_LINK:
            self.answer(command, pdu.ROK, sequence)
        elif command == pdu.UNBIND:
            self.answer(command, pdu.ROK, sequence)
            self._transport.close()
        else:
            self._smsc.counts["nacked"] += 1
            self._write(pdu.pack(pdu.GENERIC_NACK, pdu.RINVCMDID, sequence))

    def _receive_bind(self, command: int, sequence: int, body: bytes) -> None:
        try:
            bind = pdu.read_bind(body)
        except pdu.Malformed as malformed:
            self.answer(command, malformed.status, sequence)
            return
        status = pdu.RALYBND if self.is_bound else self._smsc.sign_in(bind)
        if status:
            self.answer(command, status, sequence)
            return
        self._bound, self.number = command, self._smsc.next_session()
        self._timer.cancel()
        self._enquire_later()
        self.answer(command, status, sequence, pdu.c_string("regulars"))
        self._smsc.receipts.flush()

    def _receive_submit(self, sequence: int, body: bytes) -> None:
        self.unanswered += 1
        if not self.is_bound or self._bound == pdu.BIND_RECEIVER:
            self.answer(pdu.SUBMIT_SM, pdu.RINVBNDSTS, sequence)
            return
        try:
            message = pdu.read_message(body)
        except pdu.Malformed as malformed:
            self.answer(pdu.SUBMIT_SM, malformed.status, sequence)
            return
        self._smsc.take(self, sequence, message)

    def _receive_confirmation(self, status: int, sequence: int) -> None:
        due, timer = self._delivering.pop(sequence, (None, None))
        if due is None or timer is None:
            return
        timer.cancel()
        if status == pdu.ROK:
            self._smsc.receipts.settle(due)
        else:
            self._smsc.receipts.repeat(due)

    def _give_back(self, sequence: int) -> None:
        due, timer = self._delivering.pop(sequence)
        timer.cancel()
        self._smsc.receipts.keep(due)

    def _enquire_later(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._smsc.enquire_link_s, self._enquire)

    def _enquire(self) -> None:
        if self._is_enquiring:
            self.cut()
            return
        self._is_enquiring = True
        self._write(pdu.pack(pdu.ENQUIRE_LINK, pdu.ROK, self._next_sequence()))
        self._enquire_later()

    def _next_sequence(self) -> int:
        self._sequence += 1
        return self._sequence

    def _write(self, octets: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(octets)
