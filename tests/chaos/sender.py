"""A worker to be killed: `python -m tests.chaos.sender queue COUNT CLASS PORT` fills the queue, `… work [TWIN]` works.

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
from regulars.providers.events import GatewayPaused
from regulars.worker.run import Worker, run_until_told
from regulars.worker.sender import Sender, Times

WINDOW = 10
TIMES = Times(lease_s=5, grace_s=1)


class MarksLate(Sender):
    """Writes down that a message leaves after it has left."""

    async def _hand_over_group(self, group: Sequence[Claimed]) -> None:
        for message in group:
            self._start(self._send_first(message))

    async def _send_first(self, message: Claimed) -> None:
        references = tuple(range(message.id, message.id + message.parts))
        fields = (message.id, message.attempt, message.address, message.sender, message.text, references)
        results = await self._send(HandOver(*fields, parts=(1,)), time.monotonic() + 60)
        await self._mark([message], 30)
        await self._results.add(Result(message.id, message.person_id, message.attempt, results))


def sends_again() -> None:
    """Puts back what may have left already."""
    statements.RECOVER_SUBMITTING = statements.RECOVER_SUBMITTING.replace("state = 'unknown'", "state = 'queued'")


def fill_queue(count: int, message_class: str, port: int) -> None:
    stored = {"host": "127.0.0.1", "port": port, "system_id": "shop", "password": "secret", "window": WINDOW}
    stored |= {"response_timeout_s": 2, "reconnect_min_s": 0.1}
    providers.set_gateway("smsc", channel="sms", provider="smpp", settings=stored)
    wanted = [intent(n, message_class) for n in range(count)]
    print(actions.queue_many(wanted, by=Actor.system("tests"), at=now()))


def intent(n: int, message_class: str) -> Intent:
    address = f"+7999{n:07}"
    fields = ("shop", f"mem_{n}", "sms", message_class, "mailings", "run:1", "hello", address, "Regulars", f"Hello {n}")
    return Intent(*fields, lifetime=timedelta(hours=1))


def work(twin: str = "") -> None:
    gate.register("shop", lambda candidates, at: {})
    reactions.register("tests", {AddressSuppressed: [], GatewayPaused: []})
    if twin == "sends_again":
        sends_again()
    sender = MarksLate if twin == "marks_late" else Sender
    run_until_told(Worker(TIMES, repeat_after_s=1, sender=sender))


def main(verb: str, *words: Any) -> None:
    if verb == "queue":
        fill_queue(int(words[0]), words[1], int(words[2]))
    else:
        work(*words)


if __name__ == "__main__":
    main(*sys.argv[1:])
