"""The relay runs reactions soon, and survives those that fail."""

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import pytest

from regulars.journal import actions as journal
from regulars.journal import reactions
from regulars.journal.models import Delivery
from regulars.journal.reactions import Happened
from regulars.kit.actor import Actor
from regulars.kit.events import Event
from regulars.worker import relay

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, slots=True)
class BellRung(Event):
    """A bell was rung."""

    system: ClassVar[str] = "tests"
    times: int


heard = threading.Event()


def listen(happened: Happened, at: datetime) -> None:
    heard.set()


def stumble(happened: Happened, at: datetime) -> None:
    raise LookupError("not today")


reactions.register("tests", {BellRung: [stumble, listen]})


def test_a_reaction_runs_by_itself_and_a_failing_one_waits(at: datetime) -> None:
    stop = threading.Event()
    threads = relay.start(stop)

    journal.record(BellRung(3), by=Actor.system("tests"), at=at)
    heard.wait(5)
    stop.set()
    for thread in threads:
        thread.join(5)

    assert not any(thread.is_alive() for thread in threads)
    states = dict(Delivery.objects.values_list("reaction", "state"))
    assert states == {"tests.listen": "done", "tests.stumble": "waiting"}
