"""The web server is killed in the middle of confirms: what a till was told holds, nothing happens twice, the book balances."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from regulars.management import processes
from tests.chaos.battlefield import _url, env
from tests.conftest import ROOT, _server, _template_name

pytestmark = [pytest.mark.chaos, pytest.mark.usefixtures("django_db_setup")]

KILLS = 10
TILLS = 4
SUM = "select coalesce(sum(amount), 0) from loyalty_points_entry"
OFF = """
select count(*) from loyalty_points_balance b where b.available <> (
  select coalesce(sum(amount), 0) from loyalty_points_entry e where e.member_id = b.member_id and account = 'available')
"""
HALVES = """
select (select count(*) from loyalty_points_operation where answer is null)
     + (select count(*) from loyalty_purchases_purchase p where not exists (
          select 1 from loyalty_purchases_line l where l.till_id = p.till_id and l.purchase_id = p.id))
"""


@pytest.fixture
def url() -> Iterator[str]:
    name = f"regulars_chaos_web_{os.getpid()}"
    with _server() as server:
        server.execute(f"drop database if exists {name} with (force)")
        server.execute(f"create database {name} template {_template_name()} strategy file_copy")
    yield _url(name)
    with _server() as server:
        server.execute(f"drop database if exists {name} with (force)")


class Web:
    """The real web server, killed and started again."""

    def __init__(self, url: str) -> None:
        self.url, self.port = url, processes.free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.running = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        child = processes.web(self.port, {})
        running = subprocess.Popen(child.command, env=env(self.url), cwd=ROOT, start_new_session=True)
        processes.wait_until_answers(f"{self.address}/healthz")
        return running

    def kill(self) -> None:
        os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()

    def kill_and_start(self) -> None:
        self.kill()
        self.running = self.start()


class Till(threading.Thread):
    """Sells without end; a receipt that got no answer is sent again, unchanged, until it has one."""

    def __init__(self, number: int, address: str, shop: dict[str, Any], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.number, self.address, self.shop, self.stop = number, address, shop, stop
        self.told: dict[str, dict[str, Any]] = {}
        self.repeated = 0
        self.trouble: list[str] = []

    def run(self) -> None:
        with httpx2.Client(timeout=10, headers={"Authorization": f"Bearer {self.shop['key']}"}) as client:
            while not self.stop.is_set():
                self._sell(client, f"t{self.number}-{len(self.told)}")

    def _sell(self, client: httpx2.Client, name: str) -> None:
        line = {"number": 1, "sku": "tea", "quantity": 1000, "unit_price": random.randrange(1, 5000)}
        body = {
            "currency": "GBP",
            "sold_at": (datetime.now(UTC) - timedelta(minutes=1)).isoformat(),
            "customer": random.choice(self.shop["cards"]),
            "lines": [line],
        }
        while True:
            try:
                answer = client.post(
                    f"{self.address}/api/pos/v1/purchases/{name}/confirm", json=body, headers={"Idempotency-Key": name}
                )
            except httpx2.HTTPError:
                self.repeated += 1
                time.sleep(0.05)
                continue
            if answer.status_code == 200:
                self.told[name] = answer.json()
            else:
                self.trouble.append(f"{answer.status_code} {answer.text[:200]}")
            return


def test_what_a_till_was_told_holds_whenever_the_web_dies(url: str, tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tests.chaos.shop"], env=env(url), cwd=ROOT, check=True, capture_output=True, text=True
    )
    shop, web, stop = json.loads(said.stdout), Web(url), threading.Event()
    tills = [Till(number, web.address, shop, stop) for number in range(TILLS)]

    for till in tills:
        till.start()
    for _ in range(KILLS):
        time.sleep(random.uniform(0.2, 0.8))
        web.kill_and_start()
    time.sleep(0.5)
    stop.set()
    for till in tills:
        till.join(timeout=30)
    web.kill()

    told = {name: answer for till in tills for name, answer in till.told.items()}
    with psycopg.connect(url) as there:
        written = dict(there.execute("select number, public_id from loyalty_purchases_purchase").fetchall())
        checks = [there.execute(question).fetchone()[0] for question in (SUM, OFF, HALVES)]
    repeated = sum(till.repeated for till in tills)
    print(f"{len(told)} receipts, {KILLS} kills, {repeated} answers lost and asked for again")
    assert [line for till in tills for line in till.trouble] == []
    assert {name: answer["id"] for name, answer in told.items()} == written
    assert checks == [0, 0, 0]
    assert repeated > 0
    assert len(told) > 100
