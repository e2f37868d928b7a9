"""Everything is told to stop by SIGTERM under load, again and again: nothing is lost, nothing doubled, and no till sees a 5xx."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from regulars.management import processes
from regulars.sandbox.record import read_lines
from tests.chaos.balancer import Balancer
from tests.chaos.battlefield import Battlefield, battlefield, env
from tests.chaos.test_web_killed import HALVES, OFF, SUM, Till
from tests.conftest import ROOT

pytestmark = [pytest.mark.chaos, pytest.mark.usefixtures("django_db_setup")]

STOPS = int(os.environ.get("REGULARS_TEST_STOPS", "20"))
TILLS = 3
LONGEST_STOP_S = 30
MESSAGES_A_STOP = 450
_WAITING = "select count(*) from messages_message where state in ('queued', 'claimed', 'submitting', 'accepted')"
_STATES = "select state, count(*) from messages_message group by 1"
_TAKEN = "select provider_id from messages_delivery where provider_id <> ''"
_AT_WORK = """
select count(*) from pg_stat_activity where datname = current_database() and application_name = 'regulars worker'
"""
_OUTBOX = "select count(*) from journal_delivery where state = 'waiting' and reaction like '%notify%'"


@dataclass
class House:
    """Two web servers behind a balancer and a worker, each stopped and started again."""

    field_: Battlefield
    ports: list[int] = field(default_factory=list)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    took_s: list[float] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)

    def start(self, name: str) -> None:
        child = processes.worker({}) if name == "worker" else processes.web(self.ports[int(name)], {})
        self.running[name] = subprocess.Popen(child.command, env=env(self.field_.url), cwd=ROOT, start_new_session=True)
        if name == "worker":
            self.field_.until(lambda: self.one(_AT_WORK), within_s=180)
        else:
            processes.wait_until_answers(f"http://127.0.0.1:{self.ports[int(name)]}/healthz", seconds=180)

    def stop(self, name: str) -> None:
        began = time.monotonic()
        self.running[name].send_signal(signal.SIGTERM)
        self.codes.append(self.running[name].wait(LONGEST_STOP_S * 2))
        self.took_s.append(time.monotonic() - began)

    def one(self, question: str) -> Any:
        with psycopg.connect(self.field_.url) as there:
            row = there.execute(question).fetchone()
        assert row is not None
        return row[0]


@contextmanager
def house(tmp_path: Path, members: int) -> Iterator[tuple[House, Balancer, dict[str, Any]]]:
    with battlefield(tmp_path) as there:
        words = [sys.executable, "-m", "tests.chaos.open_shop", str(members), str(there.smpp_port)]
        said = subprocess.run(words, env=env(there.url), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        made = House(there, [processes.free_port(), processes.free_port()])
        balancer = Balancer(made.ports)
        try:
            for name in ("0", "1", "worker"):
                made.start(name)
            yield made, balancer, json.loads(said.stdout)
        finally:
            for process in made.running.values():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            balancer.close()


def test_twenty_graceful_stops_of_everything_lose_and_double_nothing(tmp_path: Path) -> None:
    with house(tmp_path, members=STOPS * MESSAGES_A_STOP) as (made, balancer, shop):
        made.field_.behave(answer_delay_ms=120, answer_jitter_ms=80)
        stop = threading.Event()
        tills = [Till(number, f"http://127.0.0.1:{balancer.port}", shop, stop) for number in range(TILLS)]
        for till in tills:
            till.start()
        made.field_.until(lambda: made.field_.stats()["taken_ever"], within_s=180)
        loaded = 0
        for number in range(STOPS):
            loaded += bool(made.one(_WAITING))
            for name in ("0", "1", "worker") if number % 2 else ("worker", "1", "0"):
                made.stop(name)
                made.start(name)
        stop.set()
        for till in tills:
            till.join(timeout=30)
        began = time.monotonic()
        made.field_.answer_after(2)
        made.field_.until(lambda: not made.one(_OUTBOX) and not made.one(_WAITING), within_s=300)
        drained_s = time.monotonic() - began
        told = {name: answer["id"] for till in tills for name, answer in till.told.items()}
        trouble = [line for till in tills for line in till.trouble]
        repeated = sum(till.repeated for till in tills)
        with psycopg.connect(made.field_.url) as there:
            written = dict(there.execute("select number, public_id from loyalty_purchases_purchase").fetchall())
            states = dict(there.execute(_STATES).fetchall())
            ours = [row[0] for row in there.execute(_TAKEN)]
            book = [there.execute(question).fetchone()[0] for question in (SUM, OFF, HALVES)]
        theirs = [line["id"] for line in read_lines(made.field_.record) if line["kind"] == "message"]

    attempted, acknowledged = len(told) + sum(states.values()), len(told) + len(theirs)
    lost = len(told.items() - written.items()) + len(set(ours) - set(theirs))
    doubled = len(theirs) - len(set(ours) & set(theirs)) + len(written) - len(told)
    ok = len(told.items() & written.items()) + len(set(ours) & set(theirs))
    print(
        f"attempted={attempted} acknowledged={acknowledged} ok={ok}"
        f" lost={lost} duplicated={doubled} unexpected={len(trouble)} recovered={repeated}"
        f" | {len(told)} receipts, {states}, {STOPS} x 3 stops, longest {max(made.took_s):.1f} s, codes {sorted(set(made.codes))},"
        f" refused {balancer.refused}, reset {balancer.reset}, drained in {drained_s:.0f} s"
    )
    assert (lost, doubled, trouble) == (0, 0, [])
    assert set(states) == {"delivered"}
    assert book == [0, 0, 0]
    assert max(made.took_s) <= LONGEST_STOP_S
    assert set(made.codes) == {0}
    assert loaded == STOPS, "the worker had nothing to do at some of the stops"
