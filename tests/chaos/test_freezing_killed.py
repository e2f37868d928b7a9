"""Schedulers are killed while an audience is frozen and texts are made: nobody is missing and nobody is there twice."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
import pytest

from tests.chaos.battlefield import _url, env
from tests.conftest import ROOT, _server, _template_name

pytestmark = [pytest.mark.chaos, pytest.mark.usefixtures("django_db_setup")]

MEMBERS = 5_000
KILLS = 20
_SHARE = "select avg((state <> 'waiting')::int) from runs_recipient"
_ACCOUNT = """
select (select count(*) from loyalty_members_member),
       (select count(*) from runs_recipient),
       (select count(distinct person_id) from runs_recipient),
       (select count(*) from runs_recipient where state = 'waiting'),
       (select count(*) from messages_message),
       (select count(distinct person_id) from messages_message),
       (select count(*) from runs_recipient r where (r.state = 'queued') <> exists (
          select 1 from messages_message m where m.person_id = r.person_id)),
       (select count(*) from runs_recipient r join loyalty_members_member p on p.public_id = r.person_id
         where r.reason is distinct from case
           when split_part(p.first_name, ' ', 2)::int % 5 = 0 then 'no_address'
           when split_part(p.first_name, ' ', 2)::int % 7 = 0 then 'no_consent' else '' end)
"""


@dataclass
class Account:
    """What the tables say when everything is quiet."""

    members: int
    recipients: int
    different_recipients: int
    waiting: int
    messages: int
    different_messages: int
    contradicted: int
    wrong_reasons: int

    def holds(self) -> bool:
        """Whether everybody is there once, with a message or the right reason."""
        return (
            self.members == self.recipients == self.different_recipients
            and self.messages == self.different_messages
            and not (self.waiting or self.contradicted or self.wrong_reasons)
        )


@dataclass
class House:
    """A database with a started mailing, and the schedulers that are alive."""

    url: str
    twin: str = ""
    alive: list[subprocess.Popen[str]] = field(default_factory=list)
    killed_while: dict[str, int] = field(default_factory=dict)

    def start_scheduler(self) -> None:
        words = [sys.executable, "-m", "tests.chaos.freezer", "work", *filter(None, [self.twin])]
        self.alive.append(
            subprocess.Popen(
                words, env=env(self.url), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        )

    def let_go(self) -> None:
        """When all are ready, let them begin."""
        for one in self.alive:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        for one in self.alive:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()

    def kill_all(self) -> None:
        for one in self.alive:
            one.kill()
        state = self.state()
        for one in self.alive:
            one.wait()
        self.killed_while[state] = self.killed_while.get(state, 0) + len(self.alive)
        self.alive.clear()

    def state(self) -> str:
        with psycopg.connect(self.url) as there:
            row = there.execute("select state from runs_run").fetchone()
        return str(row[0]) if row else ""

    def until_sending(self, within_s: float = 120) -> None:
        ends = time.monotonic() + within_s
        while self.state() != "sending":
            assert time.monotonic() < ends, self.account()
            time.sleep(0.05)

    def until_done(self, share: float, within_s: float = 120) -> None:
        """Wait until about such a share of the people is written down as queued or left out."""
        ends = time.monotonic() + within_s
        with psycopg.connect(self.url, autocommit=True) as there:
            while time.monotonic() < ends:
                row = there.execute(_SHARE).fetchone()
                if row and row[0] is not None and row[0] >= share:
                    return
                time.sleep(0.005)
        raise AssertionError(self.account())

    def account(self) -> Account:
        with psycopg.connect(self.url) as there:
            row = there.execute(_ACCOUNT).fetchone()
        assert row is not None
        return Account(*row)


@contextmanager
def house(members: int, twin: str = "") -> Iterator[House]:
    name = f"regulars_freezing_{os.getpid()}"
    with _server() as server:
        server.execute(f"drop database if exists {name} with (force)")
        server.execute(f"create database {name} template {_template_name()} strategy file_copy")
    there = House(_url(name), twin)
    words = [sys.executable, "-m", "tests.chaos.freezer", "start", str(members)]
    subprocess.run(words, env=env(there.url), cwd=ROOT, check=True)
    try:
        yield there
    finally:
        for one in there.alive:
            one.kill()
            one.wait()
        with _server() as server:
            server.execute(f"drop database if exists {name} with (force)")


def fight(there: House, kills: int) -> Account:
    """Let two begin at once and kill both, the first ones while they freeze, others here and there; one ends the work."""
    rounds = kills // 2
    early = rounds // 4
    for n in range(rounds):
        there.start_scheduler()
        there.start_scheduler()
        there.let_go()
        if n >= early:
            there.until_done((n - early + 1) / (rounds - early + 1))
        time.sleep(random.uniform(0, 0.05))
        there.kill_all()
    there.start_scheduler()
    there.let_go()
    there.until_sending()
    account = there.account()
    print(account, "killed while", there.killed_while)
    return account


def test_nobody_is_missing_and_nobody_is_there_twice() -> None:
    with house(MEMBERS) as there:
        account = fight(there, KILLS)

    assert account.holds(), account
    assert account.recipients == MEMBERS


@pytest.mark.parametrize("twin", ["records_first", "queues_by_batch"])
def test_a_scheduler_with_a_planted_defect_is_caught(twin: str) -> None:
    with house(1_000, twin) as there:
        account = fight(there, 8)

    assert not account.holds()
