"""Delivery receipts of the stand-in SMSC: kept until a client has confirmed them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from regulars.sandbox import pdu
from regulars.sandbox.behaviour import fate_of
from regulars.sandbox.record import Receipted, Taken

if TYPE_CHECKING:
    from regulars.sandbox.smsc import Smsc

# stat → message_state, err
_WORDS = {
    "DELIVRD": (2, 0),
    "EXPIRED": (3, 10),
    "UNDELIV": (5, 1),
    "ENROUTE": (1, 0),
}
_GSM_NETWORK = 3


@dataclass(frozen=True, slots=True)
class Due:
    """One receipt to be handed over."""

    message: Taken
    stat: str


class Receipts:
    """The receipts of one SMSC. They go out on any session that can receive; unconfirmed ones go out again."""

    def __init__(self, smsc: Smsc, clock: Callable[[], float]) -> None:
        self._smsc = smsc
        self._clock = clock
        self._waiting: deque[Due] = deque()
        self._timers: set[asyncio.TimerHandle] = set()
        self._is_closed = False

    def resume(self) -> None:
        """Take up what was not confirmed before a restart."""
        for message in self._smsc.record.unsettled.values():
            self.expect(message, 0)
        self._smsc.record.unsettled.clear()

    def expect(self, message: Taken, delay_s: float) -> None:
        """Plan the receipts of a message that was taken."""
        told = self._smsc.behaviour
        wish = message.registered & 0x03
        if not wish or told.no_receipts:
            return
        for turn, stat in enumerate(fate_of(message.destination, told).stats):
            if wish == 2 and stat == "DELIVRD":
                continue
            for _ in range(2 if told.double_receipts else 1):
                self._later(delay_s + 0.01 * turn, Due(message, stat))

    def keep(self, due: Due) -> None:
        """Queue a receipt for the next session that can receive."""
        self._waiting.append(due)
        self.flush()

    def repeat(self, due: Due) -> None:
        """Send a receipt again after a while: the client asked for it."""
        self._smsc.counts["receipts_repeated"] += 1
        self._later(self._smsc.behaviour.receipt_retry_ms / 1000, due)

    def settle(self, due: Due) -> None:
        """Forget a receipt: the client has it."""
        self._smsc.counts["receipts_confirmed"] += 1
        message, at = due.message, round(self._clock(), 3)
        self._smsc.record.confirm(Receipted(at, message.id, message.destination, due.stat))
        self.flush()

    def flush(self) -> None:
        """Send what can be sent now."""
        while self._waiting and not self._is_closed:
            link = next((link for link in self._smsc.links if link.can_receive), None)
            if link is None:
                return
            due = self._waiting.popleft()
            link.deliver(due, self._body(due))

    def count_waiting(self) -> int:
        """Count the receipts that no client has confirmed yet."""
        return len(self._waiting) + len(self._timers) + sum(link.count_delivering() for link in self._smsc.links)

    def close(self) -> None:
        """Send nothing more."""
        self._is_closed = True
        for timer in self._timers:
            timer.cancel()

    def _later(self, delay_s: float, due: Due) -> None:
        if delay_s <= 0:
            self.keep(due)
            return

        def arrive() -> None:
            self._timers.discard(timer)
            self.keep(due)

        timer = asyncio.get_running_loop().call_later(delay_s, arrive)
        self._timers.add(timer)

    def _body(self, due: Due) -> bytes:
        """Write the deliver_sm: from the phone, to the sender."""
        message, (state, err) = due.message, _WORDS[due.stat]
        text = (
            f"id:{message.id} sub:001 dlvrd:{int(due.stat == 'DELIVRD'):03} submit date:{_stamp(message.at)} "
            f"done date:{_stamp(self._clock())} stat:{due.stat} err:{err:03} text:{_first_letters(message.text)}"
        )
        parameters: dict[int, bytes] = {}
        if self._smsc.behaviour.echo_parameters:
            parameters[pdu.RECEIPTED_MESSAGE_ID] = pdu.c_string(message.id)
            parameters[pdu.MESSAGE_STATE] = bytes([state])
            if err:
                parameters[pdu.NETWORK_ERROR_CODE] = bytes([_GSM_NETWORK]) + err.to_bytes(2)
            if message.reference is not None:
                parameters[pdu.USER_MESSAGE_REFERENCE] = message.reference.to_bytes(2)
        return pdu.write_message(
            pdu.Message(
                source=message.destination,
                destination=message.source,
                octets=text.encode("ascii"),
                source_ton=1,
                source_npi=1,
                destination_ton=1 if message.source.isdecimal() else 5,
                destination_npi=1 if message.source.isdecimal() else 0,
                esm_class=0x04,
                parameters=parameters,
            )
        )


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%y%m%d%H%M%S")


def _first_letters(text: str) -> str:
    return text[:20].encode("ascii", errors="replace").decode()
