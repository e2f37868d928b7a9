"""A database, an SMSC and workers as real processes; killing some of them; and the account afterwards."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.conf import settings

from regulars.sandbox.control import ask
from regulars.sandbox.record import read_lines
from tests.chaos.sender import WINDOW
from tests.conftest import ROOT, _server, _template_name


@dataclass
class Account:
    """What our tables and the SMSC's own record say when everything is quiet."""

    states: Counter[str]
    blurred: int
    """How many were on their way when their sender died; a late receipt may have told their fate since."""
    lost: list[int]
    twice: list[int]
    contradicted: list[int]
    kills: int
    seconds: float
    drained_s: float

    def __str__(self) -> str:
        return (
            f"{dict(self.states)} blurred={self.blurred} lost={len(self.lost)} twice={len(self.twice)}"
            f" contradicted={len(self.contradicted)}"
            f" kills={self.kills} in {self.seconds:.0f} s, drained in {self.drained_s:.0f} s"
        )


@dataclass
class Battlefield:
    """One queue, one SMSC and the workers that are alive."""

    url: str
    record: Path
    port: int
    control: int
    twin: str = ""
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    kills: int = 0

    def start_worker(self, **more: str) -> subprocess.Popen[bytes]:
        worker = subprocess.Popen(command("work", *filter(None, [self.twin])), env=env(self.url) | more, cwd=ROOT)
        self.workers.append(worker)
        return worker

    def kill_one(self, number: signal.Signals = signal.SIGKILL) -> None:
        victim = self.workers.pop(random.randrange(len(self.workers)))
        victim.send_signal(number)
        victim.wait()
        self.kills += 1

    def queue(self, count: int, message_class: str) -> None:
        subprocess.run(
            command("queue", str(count), message_class, str(self.port)), env=env(self.url), cwd=ROOT, check=True
        )

    def tell(self, command: str, **wish: Any) -> dict[str, Any]:
        return asyncio.run(ask(self.control, command, **wish))

    def behave(self, **behaviour: Any) -> None:
        self.tell("set", behaviour=behaviour)

    def stats(self) -> dict[str, Any]:
        stats: dict[str, Any] = self.tell("stats")["stats"]
        return stats

    def until(self, condition: Any, *, within_s: float = 60) -> float:
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < within_s, (self.stats(), self.count())
            time.sleep(0.05)
        return time.monotonic() - began

    def count(self) -> Counter[str]:
        with psycopg.connect(self.url) as there:
            return Counter(dict(there.execute("select state, count(*) from messages_message group by 1").fetchall()))

    def is_quiet(self) -> bool:
        counted = self.count()
        moving = counted["queued"] + counted["claimed"] + counted["submitting"] + counted["accepted"]
        return not moving and not self.stats()["receipts_waiting"]

    def account(self, *, seconds: float = 0, drained_s: float = 0) -> Account:
        """Compare message by message: by destination, and by the reference and id of those that were taken."""
        with psycopg.connect(self.url) as there:
            rows = there.execute(
                "select m.id, m.address, m.state, d.id %% 65536, d.provider_id, m.reason = 'sender_lost' or m.repeats > 0"
                " from messages_message m"
                " left join messages_delivery d on d.message_id = m.id",
                [],
            ).fetchall()
        taken: dict[str, list[dict[str, Any]]] = {}
        for line in read_lines(self.record):
            if line["kind"] == "message":
                taken.setdefault("+" + line["destination"], []).append(line)
        lost, twice, contradicted = [], [], []
        for message_id, address, state, reference, provider_id, _ in rows:
            there_are = taken.pop(address, [])
            if len(there_are) > 1:
                twice.append(message_id)
            if state not in ("delivered", "unknown") or (state == "delivered" and not there_are):
                lost.append(message_id)
            if len(there_are) == 1 and (state, there_are[0]["id"]) != ("delivered", provider_id):
                contradicted.append(message_id)
            if len(there_are) == 1 and there_are[0]["reference"] != reference and message_id not in contradicted:
                contradicted.append(message_id)
        assert not taken, "the SMSC has messages that nobody queued"
        states = Counter(row[2] for row in rows)
        blurred = sum(row[5] for row in rows)
        return Account(states, blurred, lost, twice, contradicted, self.kills, seconds, drained_s)


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "tests.chaos.sender", *words]


def env(url: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "regulars.settings",
        "REGULARS_LOG_LEVEL": "ERROR",
    }


@contextmanager
def battlefield(tmp_path: Path, *, twin: str = "") -> Iterator[Battlefield]:
    """Everything fresh: a copy of the migrated database, an SMSC with an empty record, no worker yet."""
    name, record = f"regulars_chaos_{os.getpid()}", tmp_path / "record.jsonl"
    with _server() as server:
        server.execute(f"drop database if exists {name} with (force)")
        server.execute(f"create database {name} template {_template_name()} strategy file_copy")
    smsc = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.smsc", str(record)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert smsc.stdout is not None
    port, control = map(int, smsc.stdout.readline().split())
    field_ = Battlefield(_url(name), record, port, control, twin)
    try:
        yield field_
    finally:
        for one in (*field_.workers, smsc):
            one.kill()
            one.wait()
        with _server() as server:
            server.execute(f"drop database if exists {name} with (force)")


def fight(field: Battlefield, *, messages: int, message_class: str, kills: int, workers: int = 2) -> Account:
    """Kill workers at random moments of their work, each replaced at once; then let the rest drain."""
    began = time.monotonic()
    field.behave(answer_delay_ms=300, answer_jitter_ms=200, receipt_delay_ms=12_000)
    field.queue(messages, message_class)
    for _ in range(workers):
        field.start_worker()
    while field.kills < kills:
        field.until(lambda: field.stats()["sessions"] >= workers)
        time.sleep(random.uniform(0.05, 0.5))
        field.kill_one()
        field.start_worker()

    field.behave(answer_delay_ms=5, answer_jitter_ms=5, receipt_delay_ms=20)
    drained_s = field.until(field.is_quiet, within_s=90)
    account = field.account(seconds=time.monotonic() - began, drained_s=drained_s)
    print(account)
    return account


def _url(name: str) -> str:
    database = settings.DATABASES["default"]
    user, password = quote(database["USER"] or ""), quote(database["PASSWORD"] or "")
    return f"postgresql://{user}:{password}@/{name}?host={quote(database['HOST'], safe='')}&port={database['PORT']}"


__all__ = ["WINDOW", "Account", "Battlefield", "battlefield", "fight"]
