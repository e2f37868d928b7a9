"""Senders that are frozen, that die at every named place, that lose the database, that are told to stop."""

import signal
import time
from pathlib import Path

import psycopg
import pytest

from tests.chaos.battlefield import CONNECTIONS, WINDOW, Battlefield, battlefield
from tests.conftest import _server

pytestmark = [pytest.mark.chaos, pytest.mark.usefixtures("django_db_setup")]

BEFORE_LEAVING = ("after_claim_commit", "after_mark")
AFTER_LEAVING = ("answer_read", "before_settle_commit", "after_settle_commit", "before_receipt_commit")
SMS_PLACES = (*BEFORE_LEAVING, "bytes_sent", *AFTER_LEAVING)
MAIL_PLACES = (*BEFORE_LEAVING, "bytes_sent", "before_dot", "dot_written", *AFTER_LEAVING)


@pytest.mark.parametrize(("channel", "places"), [("sms", SMS_PLACES), ("mails", MAIL_PLACES)])
def test_dying_at_any_named_place_loses_nobody_and_tells_nobody_twice(
    tmp_path: Path, channel: str, places: tuple[str, ...]
) -> None:
    with battlefield(tmp_path) as field:
        field.queue("marketing", **{channel: 600}, keeps_mailboxes=True)
        for place in places:
            worker = field.start_worker(REGULARS_FAILPOINT=f"{place}:3")
            assert worker.wait(60) == -signal.SIGKILL, place
            field.workers.remove(worker)
            field.kills += 1
        field.start_worker()
        field.until(field.is_quiet)
        account = field.account()

    assert account.faults == ([], [], [])
    assert account.total == 600


def test_a_frozen_sender_that_thaws_changes_nothing(tmp_path: Path) -> None:
    with battlefield(tmp_path) as field:
        field.answer_after(200)
        field.queue("marketing", sms=400, mails=400)
        zombie = field.start_worker()
        field.until(lambda: min(field.taken()) > 30)
        zombie.send_signal(signal.SIGSTOP)
        field.start_worker()
        time.sleep(15)  # longer than every lease
        zombie.send_signal(signal.SIGCONT)
        field.answer_after(5)
        field.until(field.is_quiet)
        account = field.account()

    assert account.faults == ([], [], [])
    assert account.sms.states["unknown"] <= len(account.sms.blurred) <= WINDOW
    assert account.mail.states["unknown"] <= len(account.mail.blurred) <= CONNECTIONS


def test_a_database_that_is_away_for_a_while_only_delays(tmp_path: Path) -> None:
    with battlefield(tmp_path) as field:
        field.answer_after(50)
        field.queue("marketing", sms=600, mails=600)
        worker = field.start_worker()
        field.until(lambda: min(field.taken()) > 50)
        _take_away(field, seconds=3)
        field.until(field.is_quiet)
        account, is_alive = field.account(), worker.poll() is None

    assert is_alive
    assert account.faults == ([], [], [])


def test_sigterm_ends_a_busy_worker_cleanly(tmp_path: Path) -> None:
    with battlefield(tmp_path) as field:
        field.answer_after(300)
        field.queue("marketing", sms=400, mails=400)
        worker = field.start_worker()
        field.until(lambda: min(field.taken()) > 30)
        began = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        code = worker.wait(60)
        took_s, counted = time.monotonic() - began, field.count()

    assert (code, took_s < 10) == (0, True)
    assert {state for channel, state in counted if channel == "sms"} <= {"queued", "accepted", "delivered"}
    assert {state for channel, state in counted if channel == "email"} <= {"queued", "accepted"}


def _take_away(field: Battlefield, *, seconds: float) -> None:
    """Let nobody into the database, and throw everybody out."""
    name = psycopg.conninfo.conninfo_to_dict(field.url)["dbname"]
    with _server() as server:
        server.execute(f"alter database {name} allow_connections false")
        server.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
        time.sleep(seconds)
        server.execute(f"alter database {name} allow_connections true")
