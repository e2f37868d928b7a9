"""Senders that are frozen, that die at every named place, that lose the database, that are told to stop."""

import signal
import time
from pathlib import Path

import psycopg
import pytest

from tests.chaos.battlefield import Battlefield, battlefield
from tests.conftest import _server

pytestmark = [pytest.mark.chaos, pytest.mark.usefixtures("django_db_setup")]

PLACES = (
    "after_claim_commit",
    "after_mark",
    "bytes_sent",
    "answer_read",
    "before_settle_commit",
    "after_settle_commit",
    "before_receipt_commit",
)


def test_dying_at_any_named_place_loses_nobody_and_tells_nobody_twice(tmp_path: Path) -> None:
    with battlefield(tmp_path) as field:
        field.queue(600, "marketing")
        for place in PLACES:
            worker = field.start_worker(REGULARS_FAILPOINT=f"{place}:3")
            assert worker.wait(20) == -signal.SIGKILL, place
            field.workers.remove(worker)
        field.start_worker()
        field.until(field.is_quiet)
        account = field.account()

    print(account)
    assert (account.lost, account.twice, account.contradicted) == ([], [], [])


def test_a_frozen_sender_that_thaws_changes_nothing(tmp_path: Path) -> None:
    with battlefield(tmp_path) as field:
        field.behave(answer_delay_ms=200)
        field.queue(400, "marketing")
        zombie = field.start_worker()
        field.until(lambda: field.stats().get("taken", 0) > 30)
        zombie.send_signal(signal.SIGSTOP)
        field.start_worker()
        time.sleep(12)  # twice the lease
        zombie.send_signal(signal.SIGCONT)
        field.behave(answer_delay_ms=5)
        field.until(field.is_quiet)
        account = field.account()

    print(account)
    assert (account.lost, account.twice, account.contradicted) == ([], [], [])
    assert account.states["unknown"] <= account.blurred <= 10


def test_a_database_that_is_away_for_a_while_only_delays(tmp_path: Path) -> None:
    with battlefield(tmp_path) as field:
        field.behave(answer_delay_ms=50)
        field.queue(600, "marketing")
        worker = field.start_worker()
        field.until(lambda: field.stats().get("taken", 0) > 50)
        _take_away(field, seconds=3)
        field.until(field.is_quiet)
        account, is_alive = field.account(), worker.poll() is None

    print(account)
    assert is_alive
    assert (account.lost, account.twice, account.contradicted) == ([], [], [])


def test_sigterm_ends_a_busy_worker_cleanly(tmp_path: Path) -> None:
    with battlefield(tmp_path) as field:
        field.behave(answer_delay_ms=300)
        field.queue(400, "marketing")
        worker = field.start_worker()
        field.until(lambda: field.stats().get("taken", 0) > 30)
        began = time.monotonic()
        worker.terminate()
        code = worker.wait(15)
        took_s, counted = time.monotonic() - began, field.count()

    assert (code, took_s < 10) == (0, True)
    assert set(counted) <= {"queued", "accepted", "delivered"}


def _take_away(field: Battlefield, *, seconds: float) -> None:
    """Let nobody into the database, and throw everybody out."""
    name = psycopg.conninfo.conninfo_to_dict(field.url)["dbname"]
    with _server() as server:
        server.execute(f"alter database {name} allow_connections false")
        server.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
        time.sleep(seconds)
        server.execute(f"alter database {name} allow_connections true")
