"""A healthy installation as real processes, for faults to be planted in, and the doctor who is asked about it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from regulars.kit import clock, presence
from regulars.loyalty.notifications import actions as notifications
from regulars.management import processes
from regulars.providers.models import Gateway
from tests import make
from tests.chaos.battlefield import _url
from tests.conftest import ROOT, _server, _template_name, _use

OWN = ("REGULARS_", "DATABASE_URL", "RABBITMQ_URL", "PROMETHEUS_", "DJANGO_")
KEY = "a-key-of-forty-eight-characters-for-this-house-1"


@dataclass
class Told:
    """What the doctor said: its findings that are neither ok nor skipped, all of them, and how it ended."""

    troubles: dict[str, dict[str, str]]
    findings: list[dict[str, str]]
    code: int
    stderr: str

    def fix(self, name: str) -> str:
        return self.troubles[name]["fix"]


@dataclass
class House:
    """One installation: its variables, its database, and the processes that run."""

    name: str
    home: Path
    env: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def run(self, *words: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """Run a command of ours, with some variables changed; an empty one is taken away."""
        env = {name: value for name, value in (self.env | changed).items() if value}
        command = [sys.executable, "-m", "regulars.cli", *words]
        return subprocess.run(
            command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
        )

    def doctor(self, **changed: str) -> Told:
        ended = self.run("doctor", "--json", **changed)
        assert ended.stdout, ended.stderr
        findings = json.loads(ended.stdout)["findings"]
        troubles = {one["name"]: one for one in findings if one["state"] in ("warning", "failed")}
        return Told(troubles, findings, ended.returncode, ended.stderr)

    def start(self, name: str) -> None:
        child = processes.web(int(self.env["PORT"]), {}) if name == "web" else processes.worker({})
        command = [*child.command]
        if name == "web":
            command[command.index("--workers") + 1] = self.env["REGULARS_WEB_WORKERS"]
        self.running[name] = subprocess.Popen(command, env=self.env, cwd=ROOT, start_new_session=True)

    def wait_for_worker(self) -> None:
        """Wait until the worker is seen; it needs a moment to start."""
        asked = "select 1 from pg_locks where locktype = 'advisory' and granted and classid = %s"
        limit = time.monotonic() + 60
        with self.owner() as link:
            while not link.execute(asked, [presence.CLASS]).fetchall():
                assert time.monotonic() < limit, "no worker is seen"
                time.sleep(0.1)

    def stop(self, name: str) -> None:
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        process.wait(30)

    @contextmanager
    def owner(self) -> Iterator[psycopg.Connection[Any]]:
        with _server(self.name) as link:
            yield link

    @contextmanager
    def planted(self, fault: str, cure: str) -> Iterator[None]:
        """A fault in the database, and its cure afterwards."""
        with self.owner() as link:
            link.execute(fault)
        try:
            yield
        finally:
            with self.owner() as link:
                link.execute(cure)


@contextmanager
def healthy_house(home: Path) -> Iterator[House]:
    """Web and worker on a database of their own, with a gateway, a rule and a backup."""
    mine, name, port = settings.DATABASES["default"]["NAME"], f"regulars_house_{os.getpid()}", processes.free_port()
    with _server() as server:
        server.execute(f"drop database if exists {name} with (force)")
        server.execute(f"create database {name} template {_template_name()} strategy file_copy")
    house = House(
        name,
        home,
        {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
        | {
            "DATABASE_URL": _url(name),
            "DJANGO_SETTINGS_MODULE": "regulars.settings",
            "REGULARS_HOME": str(home),
            "REGULARS_SECRET_KEY": KEY,
            "REGULARS_PUBLIC_ADDRESS": f"http://127.0.0.1:{port}",
            "REGULARS_WEB_WORKERS": "2",
            "PORT": str(port),
        },
    )
    _use(name)
    try:
        _furnish()
        for each in ("web", "worker"):
            house.start(each)
        processes.wait_until_answers(f"http://127.0.0.1:{port}/healthz")
        house.wait_for_worker()
        made = house.run("backup", str(home / "regulars.backup"))
        assert made.returncode == 0, made.stderr
        yield house
    finally:
        for each in list(house.running):
            house.stop(each)
        _use(mine)
        with _server() as server:
            server.execute(f"drop database if exists {name} with (force)")


def _furnish() -> None:
    """A programme, a rule and a gateway; nobody answers at its port, so what waits keeps waiting."""
    make.programme()
    account = {"host": "127.0.0.1", "port": processes.free_port(), "system_id": "shop", "password": "secret"}
    Gateway.objects.create(channel="sms", provider="smpp", name="Corner SMS", settings=account)
    notifications.set_rule(
        "loyalty.PointsAccrued", channel="sms", mailing_type="accrual", texts={"en": "+{{ points }}"}, sender="Corner",
        by=make.BY, at=make.AT,
    )  # fmt: skip


def waits_since(hours: int) -> str:
    """SQL for a message that could have left so long ago."""
    since = (clock.now() - timedelta(hours=hours)).isoformat()
    return f"""
    insert into messages_message (system, person_id, channel, message_class, lane, subject, origin, template, address, sender,
      text, subject_line, html, unsubscribe_url, state, reason, attempt, refusals, repeats, claimed_by, queued_by,
      queued_at, next_at, expires_at, state_at)
    values ('loyalty', 'mem_late', 'sms', 'event', 1, 'accrual', 'event:1', '', '+447700900001', '', 'late', '', '', '',
      'queued', '', 0, 0, 0, '', '', '{since}', '{since}', now() + interval '1 day', '{since}')
    """
