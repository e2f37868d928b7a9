"""The scheduler does what is due, piece by piece, and one chore that fails holds up no other."""

import threading
import time
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import OperationalError

from regulars.kit import chores, sql
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


def _says(done: threading.Event) -> Callable[[datetime], int]:
    def says(at: datetime) -> int:
        done.set()
        return 0

    return says


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


def test_the_log_says_where_a_chore_failed_and_nothing_of_whom(caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()

    def breaks_a_rule(at: datetime) -> int:
        sql.run(
            "insert into messages_suppression (channel, address, person_id, reason, since_at)"
            " values (null, '+447700900123', 'mem_1', 'Anna', now())"
        )
        return 1

    def knows_too_much(at: datetime) -> int:
        raise KeyError("+447700900123")

    chores.register("a", breaks_a_rule, every_s=60)
    chores.register("b", knows_too_much, every_s=60)
    chores.register("c", _says(done), every_s=60)
    let_work(done)

    assert "a: IntegrityError at " in caplog.text
    assert "b: KeyError at knows_too_much:" in caplog.text
    assert "+447700900123" not in caplog.text
    assert "Anna" not in caplog.text


def test_the_log_says_why_the_database_is_away(caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()

    def asks_nobody(at: datetime) -> int:
        raise OperationalError("connection refused\nDETAIL: +447700900123")

    chores.register("a", asks_nobody, every_s=60)
    chores.register("b", _says(done), every_s=60)
    let_work(done)

    assert "a: OperationalError: connection refused" in caplog.text
    assert "+447700900123" not in caplog.text
