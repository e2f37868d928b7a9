"""A mail server of our own, for demonstrations and tests: real SMTP by aiosmtpd, misbehaving on request."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from hmac import compare_digest
from typing import Any

from regulars.sandbox.control import refuse_other_machines
from regulars.sandbox.mail.behaviour import MailBehaviour, fate_of
from regulars.sandbox.mail.letter import peek
from regulars.sandbox.mail.link import NO_ANSWER, Link
from regulars.sandbox.mail.record import Mail, MailRecord
from regulars.sandbox.rate import Rate


class MailServer:
    """One mail server with one account, which takes mail for everybody. It lives in one event loop and listens on this
    machine only; signing in is not asked for unless it is told so."""

    def __init__(
        self, record: MailRecord, *, login: str, password: str, clock: Callable[[], float] = time.time
    ) -> None:
        self.record = record
        self.behaviour = MailBehaviour()
        self.counts: Counter[str] = Counter()
        self.links: set[Link] = set()
        self.random = random.Random(self.behaviour.seed)
        self._account = login.encode(), password.encode()
        self._clock = clock
        self._links_ever = 0
        self._refusals: Counter[tuple[str, str]] = Counter()
        self._rate = Rate()
        self._server: asyncio.Server | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen, and return the port. Raises ValueError if others than this machine could connect."""
        refuse_other_machines(host)
        self._server = await asyncio.get_running_loop().create_server(lambda: Link(self), host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and close all links."""
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
        """Break all links at once, without a word; return how many there were."""
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
            "links": len(self.links),
            "links_ever": self._links_ever,
        }

    # --- what the links ask

    def open_link(self, link: Link) -> int:
        """Know a link, and give it a number."""
        self.links.add(link)
        self._links_ever += 1
        return self._links_ever

    def sign_in(self, login: bytes, password: bytes) -> str:
        """Say why somebody may not sign in, or nothing."""
        refusal = self.behaviour.refuse_sign_in
        is_known = compare_digest(login, self._account[0]) & compare_digest(password, self._account[1])
        if not refusal and not is_known:
            refusal = "535 5.7.8 Wrong name or password"
        self.counts["sign_ins_refused" if refusal else "sign_ins"] += 1
        return refusal

    def refuse_sender(self, link: Link, *, is_signed_in: bool) -> str:
        """Say why a mail may not begin, or nothing."""
        told = self.behaviour
        if told.demand_sign_in and not is_signed_in:
            return self._counted("530 5.7.0 Sign in first")
        if told.mails_per_link and link.mails >= told.mails_per_link:
            return self._counted("421 4.7.0 Enough mails on one link, come again")
        if told.refuse_senders:
            return self._counted(told.refuse_senders)
        if not self._rate.passes(told.throttle_per_s, asyncio.get_running_loop().time()):
            return self._counted(told.throttle_with)
        link.mails += 1
        return ""

    def refuse_recipient(self, sender: str, address: str) -> str:
        """Say why a recipient is not taken, or nothing."""
        if self.behaviour.refuse_recipients:
            return self._counted(self.behaviour.refuse_recipients)
        fate = fate_of(address, self.behaviour)
        if not fate.refuse_with:
            return ""
        self._refusals[sender, address] += 1
        if self._refusals[sender, address] <= fate.refuse_times:
            return self._counted(fate.refuse_with)
        del self._refusals[sender, address]
        return ""

    async def take(self, link: Link, sender: str, recipients: Sequence[str], raw: bytes) -> str:
        """Take or refuse a mail whose final dot has come, and say what is answered."""
        refusal = self._refusal(recipients)
        if refusal:
            return self._counted(refusal)
        if self._is_cut_now():
            self.cut()
            return NO_ANSWER

        mail = self._write_down(link, sender, tuple(recipients), raw)
        self.counts["taken"] += 1
        if self._is_answer_dropped():
            self.counts["answers_dropped"] += 1
            link.cut()
            return NO_ANSWER
        if not all(fate_of(address, self.behaviour).is_answered for address in recipients):
            self.counts["answers_dropped"] += 1
            link.is_mute = True
            return NO_ANSWER
        await asyncio.sleep(self._delay_s())
        return f"250 2.0.0 Taken, queued as {mail.id}"

    # --- inside

    def _refusal(self, recipients: Sequence[str]) -> str:
        told = self.behaviour
        if told.refuse_mails:
            return told.refuse_mails
        if told.temporary_share and self.random.random() < told.temporary_share:
            return "451 4.3.0 Try again later"
        return next(filter(None, (fate_of(address, told).refuse_mail_with for address in recipients)), "")

    def _is_cut_now(self) -> bool:
        if not self.behaviour.cut_after:
            return False
        self.behaviour.cut_after -= 1
        return not self.behaviour.cut_after

    def _is_answer_dropped(self) -> bool:
        told = self.behaviour
        if told.drop_next:
            told.drop_next -= 1
            return True
        return bool(told.drop_share) and self.random.random() < told.drop_share

    def _delay_s(self) -> float:
        told = self.behaviour
        return (told.answer_delay_ms + self.random.uniform(0, told.answer_jitter_ms)) / 1000

    def _write_down(self, link: Link, sender: str, recipients: tuple[str, ...], raw: bytes) -> Mail:
        seen = peek(raw)
        n = self.record.taken + 1
        mail = Mail(
            n=n,
            at=round(self._clock(), 3),
            id=f"M{n:08d}",
            message_id=seen.message_id,
            sender=sender,
            recipients=recipients,
            author=seen.author,
            subject=seen.subject,
            size=len(raw),
            link=link.number,
        )
        self.record.take(mail, raw)
        return mail

    def _counted(self, refusal: str) -> str:
        self.counts[f"refused_{refusal[:3]}"] += 1
        return refusal
