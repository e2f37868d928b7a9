"""A worker to be killed: `python -m tests.chaos.sender queue CLASS SMS MAILS …` fills the queue, `… work [TWIN]` works.

The twins have a planted defect each. They show that the checks of the chaos tests can fail.
"""

# ruff: noqa: E402
import os
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")

import django

django.setup()

from regulars.journal import reactions
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messages import actions, gate, statements
from regulars.messages.events import AddressSuppressed
from regulars.messages.gateway import HandOver
from regulars.messages.intents import Claimed, Intent, Result
from regulars.providers import actions as providers
from regulars.providers.events import GatewayPaused, GatewaySet
from regulars.worker.run import Worker, run_until_told
from regulars.worker.sender import Sender, Times
from tests.chaos.stand_ins import ACCOUNT

WINDOW = 10
CONNECTIONS = 6
DOMAIN = "example.org"
TIMES = Times(lease_s=5, grace_s=1)


class MarksLate(Sender):
    """Writes down that a message leaves after it has left."""

    async def _hand_over_group(self, group: Sequence[Claimed]) -> None:
        for message in group:
            self._start(self._send_first(message))

    async def _send_first(self, message: Claimed) -> None:
        references = tuple(range(message.id, message.id + message.parts))
        fields = (message.id, message.attempt, message.address, message.sender, message.text, references)
        hand_over = HandOver(*fields, parts=(1,), subject_line=message.subject_line, html=message.html)
        results = await self._send(hand_over, time.monotonic() + 60)
        await self._mark([message], 30)
        await self._results.add(Result(message.id, message.person_id, message.attempt, results))


def sends_again() -> None:
    """Puts back what may have left already."""
    statements.RECOVER_SUBMITTING = statements.RECOVER_SUBMITTING.replace("state = 'unknown'", "state = 'queued'")


def fill_queue(message_class: str, sms: int, mails: int, smpp_port: int, smtp_port: int, keeps_mailboxes: int) -> None:
    """Open both gateways, and queue texts and mails for the same people."""
    smpp = {"system_id": ACCOUNT["system_id"], "password": ACCOUNT["password"], "window": WINDOW}
    smtp: dict[str, Any] = {"login": ACCOUNT["system_id"], "password": ACCOUNT["password"], "security": "none"}
    smtp |= {
        "sender": f"Regulars <news@{DOMAIN}>",
        "connections": CONNECTIONS,
        "keeps_mailboxes": bool(keeps_mailboxes),
    }
    both: dict[str, Any] = {"host": "127.0.0.1", "response_timeout_s": 2, "reconnect_min_s": 0.1}
    by = Actor.system("tests")
    sms = {**both, **smpp, "port": smpp_port}
    providers.set_gateway("smsc", channel="sms", provider="smpp", settings=sms, by=by, at=now())
    mail_server = {**both, **smtp, "port": smtp_port, "connect_timeout_s": 1}
    providers.set_gateway("mail", channel="email", provider="smtp", settings=mail_server, by=by, at=now())
    wanted = [text(n, message_class) for n in range(sms)] + [mail(n, message_class) for n in range(mails)]
    actions.queue_many(wanted, by=Actor.system("tests"), at=now())


def text(n: int, message_class: str) -> Intent:
    fields = ("shop", f"mem_{n}", "sms", message_class, "mailings", "run:1", "hello", f"+7999{n:07}", "Regulars")
    return Intent(*fields, f"Hello {n}", lifetime=timedelta(hours=1))


def mail(n: int, message_class: str) -> Intent:
    fields = ("shop", f"mem_{n}", "email", message_class, "mailings", "run:1", "hello", f"mem_{n}@{DOMAIN}", "")
    return Intent(
        *fields,
        f"Hello {n}",
        lifetime=timedelta(hours=1),
        subject_line="Your points",
        html=f"<p>Hello {n}</p>",
        unsubscribe_url=f"https://{DOMAIN}/preferences/{n}",
    )


def work(twin: str = "") -> None:
    gate.register("shop", lambda candidates, at: {})
    reactions.register("tests", {AddressSuppressed: [], GatewayPaused: [], GatewaySet: []})
    if twin == "sends_again":
        sends_again()
    sender = MarksLate if twin == "marks_late" else Sender
    run_until_told(Worker(TIMES, repeat_after_s=1, sender=sender))


def main(verb: str, *words: Any) -> None:
    if verb == "queue":
        fill_queue(words[0], *map(int, words[1:]))
    else:
        work(*words)


if __name__ == "__main__":
    main(*sys.argv[1:])
