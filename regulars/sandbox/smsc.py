"""A short message centre of our own, for demonstrations and tests: real SMPP 3.4, misbehaving on request."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from regulars.sandbox import pdu
from regulars.sandbox.alphabet import read_text
from regulars.sandbox.behaviour import Behaviour, fate_of
from regulars.sandbox.control import refuse_other_machines
from regulars.sandbox.link import Link
from regulars.sandbox.rate import Rate
from regulars.sandbox.receipts import Receipts
from regulars.sandbox.record import Record, Taken

_LONGEST_ALPHA = 11
_SHORTEST_NUMBER, _LONGEST_NUMBER = 7, 15
_FIRST_ID = 10_000_000_000


class Smsc:
    """One SMSC with one account. It lives in one event loop and listens on this machine only."""

    def __init__(
        self,
        record: Record,
        *,
        system_id: str,
        password: str,
        enquire_link_s: float = 30,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.record = record
        self.behaviour = Behaviour()
        self.enquire_link_s = enquire_link_s
        self.counts: Counter[str] = Counter()
        self.links: set[Link] = set()
        self.receipts = Receipts(self, clock)
        self.random = random.Random(self.behaviour.seed)
        self._system_id = system_id
        self._password = password
        self._clock = clock
        self._sessions = 0
        self._refusals: Counter[tuple[str, bytes]] = Counter()
        self._rate = Rate()
        self._server: asyncio.Server | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen, and return the port. Raises ValueError if others than this machine could connect."""
        refuse_other_machines(host)
        self._server = await asyncio.get_running_loop().create_server(lambda: Link(self), host, port)
        self.receipts.resume()
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and close all sessions."""
        self.receipts.close()
        if self._server is not None:
            self._server.close()
        self.cut()
        if self._server is not None:
            await self._server.wait_closed()

    def change(self, wishes: dict[str, Any]) -> None:
        """Change the behaviour from now on. Raises ValueError."""
        self.behaviour.change(wishes)
        if "seed" in wishes:
            self.random.seed(self.behaviour.seed)

    def cut(self) -> int:
        """Break all sessions at once, without a word; return how many there were."""
        links = list(self.links)
        for link in links:
            link.cut()
        self.counts["cut"] += len(links)
        return len(links)

    def stats(self) -> dict[str, Any]:
        """Count what has happened since the start."""
        return {
            **self.counts,
            "taken_ever": self.record.taken,
            "sessions": sum(link.is_bound for link in self.links),
            "receipts_waiting": self.receipts.count_waiting(),
        }

    # --- what the links ask

    def sign_in(self, bind: pdu.Bind) -> int:
        """Say whether somebody may sign in, as a command_status."""
        status = self.behaviour.refuse_binds
        if not status and bind.system_id != self._system_id:
            status = pdu.RINVSYSID
        if not status and bind.password != self._password:
            status = pdu.RINVPASWD
        self.counts["binds_refused" if status else "binds"] += 1
        return status

    def next_session(self) -> int:
        """Give out the number of a session."""
        self._sessions += 1
        return self._sessions

    def take(self, link: Link, sequence: int, message: pdu.Message) -> None:
        """Take or refuse a submit_sm, and see to its answer and its receipts."""
        status = self._refusal(link, message)
        if status:
            self.counts[f"refused_0x{status:02X}"] += 1
            link.answer(pdu.SUBMIT_SM, status, sequence)
            return

        taken = self._write_down(link, message)
        self.counts["taken"] += 1
        self._answer(link, sequence, taken)
        if self.behaviour.cut_after:
            self.behaviour.cut_after -= 1
            if not self.behaviour.cut_after:
                self.cut()

    # --- inside

    def _refusal(self, link: Link, message: pdu.Message) -> int:
        told = self.behaviour
        if told.refuse_submits:
            return told.refuse_submits
        if told.window and link.unanswered > told.window:
            return pdu.RTHROTTLED
        if told.queue_full_share and self.random.random() < told.queue_full_share:
            return pdu.RMSGQFUL
        return (
            self._sender_refusal(message)
            or _destination_refusal(message)
            or self._magic_refusal(message)
            or self._throttle()
        )

    def _sender_refusal(self, message: pdu.Message) -> int:
        sender, allowed = message.source, self.behaviour.allowed_senders
        if message.source_ton == 5:
            is_fine = 0 < len(sender) <= _LONGEST_ALPHA and sender.isascii() and sender.isprintable()
        else:
            is_fine = sender.isascii() and sender.isdecimal() and len(sender) <= _LONGEST_NUMBER
        return pdu.ROK if is_fine and (not allowed or sender in allowed) else pdu.RINVSRCADR

    def _magic_refusal(self, message: pdu.Message) -> int:
        fate = fate_of(message.destination, self.behaviour)
        if not fate.refuse_with:
            return pdu.ROK
        key = (message.destination, message.octets)
        self._refusals[key] += 1
        if self._refusals[key] <= fate.refuse_times:
            return fate.refuse_with
        del self._refusals[key]
        return pdu.ROK

    def _throttle(self) -> int:
        now = asyncio.get_running_loop().time()
        return pdu.ROK if self._rate.passes(self.behaviour.throttle_per_s, now) else pdu.RTHROTTLED

    def _write_down(self, link: Link, message: pdu.Message) -> Taken:
        text, joined = read_text(message)
        reference = message.parameters.get(pdu.USER_MESSAGE_REFERENCE)
        n = self.record.taken + 1
        taken = Taken(
            n=n,
            at=round(self._clock(), 3),
            id=str(_FIRST_ID + n),
            reference=int.from_bytes(reference) if reference else None,
            source=message.source,
            destination=message.destination,
            text=text,
            esm_class=message.esm_class,
            udh=joined,
            coding=message.coding,
            validity=message.validity,
            registered=message.registered,
            session=link.number,
        )
        self.record.take(taken)
        return taken

    def _answer(self, link: Link, sequence: int, taken: Taken) -> None:
        told = self.behaviour
        delay = (told.answer_delay_ms + self.random.uniform(0, told.answer_jitter_ms)) / 1000
        receipt_delay = delay + told.receipt_delay_ms / 1000
        if told.receipts_before_response:
            receipt_delay, delay = 0, max(delay, 0.02)
        if self._is_answer_lost(taken):
            self.counts["answers_dropped"] += 1
            link.unanswered -= 1
        else:
            message_id = f"{int(taken.id):X}" if told.hex_ids else taken.id
            link.answer(pdu.SUBMIT_SM, pdu.ROK, sequence, pdu.c_string(message_id), delay_s=delay)
        self.receipts.expect(taken, receipt_delay)

    def _is_answer_lost(self, taken: Taken) -> bool:
        told = self.behaviour
        if told.drop_next:
            told.drop_next -= 1
            return True
        if told.cut_after == 1:
            return True
        if told.drop_share and self.random.random() < told.drop_share:
            return True
        return not fate_of(taken.destination, told).is_answered


def _destination_refusal(message: pdu.Message) -> int:
    number = message.destination
    is_fine = number.isascii() and number.isdecimal() and _SHORTEST_NUMBER <= len(number) <= _LONGEST_NUMBER
    return pdu.ROK if is_fine else pdu.RINVDSTADR
