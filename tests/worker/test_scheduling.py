"""The scheduler does what is due, piece by piece, and one chore that fails holds up no other."""

import threading
import time
from datetime import datetime

import pytest

from regulars.kit import chores
from regulars.worker import scheduler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "_chores", {})


def let_work(until: threading.Event) -> None:
    stop = threading.Event()
    thread = scheduler.start(stop)
    came = until.wait(10)
    stop.set()
    thread.join(5)
    assert came
    assert not thread.is_alive()


def test_a_chore_comes_again_at_once_until_nothing_is_left() -> None:
    left, done = [3], threading.Event()

    def chore(at: datetime) -> int:
        if not left[0]:
            done.set()
            return 0
        left[0] -= 1
        return 1

    chores.register("count down", chore, every_s=3600)
    began = time.monotonic()
    let_work(done)

    assert left == [0]
    assert time.monotonic() - began < 5


def test_a_chore_that_fails_holds_up_no_other() -> None:
    done = threading.Event()

    def fails(at: datetime) -> int:
        raise RuntimeError("the database is away")

    def works(at: datetime) -> int:
        done.set()
        return 0

    chores.register("a", fails, every_s=1)
    chores.register("b", works, every_s=1)

    let_work(done)


def test_a_chore_with_nothing_to_do_rests() -> None:
    calls: list[datetime] = []
    enough = threading.Event()

    def chore(at: datetime) -> int:
        calls.append(at)
        if len(calls) == 3:
            enough.set()
        return 0

    chores.register("often", chore, every_s=0.2)
    began = time.monotonic()
    let_work(enough)

    assert time.monotonic() - began >= 0.4
