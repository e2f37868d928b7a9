"""The broker, or the sister's API, is away for a minute: purchases do not notice, nothing is lost, and all drains afterwards."""

import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from regulars.access import actions as access
from regulars.gateways.rabbitmq.pipes import Pipe
from regulars.gateways.rabbitmq.publisher import BrokerNotReached, Publisher
from regulars.journal import queries as journal
from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.loyalty.members import actions as members
from regulars.loyalty.members import queries as people
from regulars.loyalty.members.models import Member
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.subscriptions import actions as consent
from regulars.management import differences, processes
from regulars.smartcomms.customers import queries as customers
from regulars.smartcomms.subscriptions import actions as switches
from tests import make
from tests.chaos.battlefield import _url, env
from tests.chaos.broker_node import Node, node
from tests.chaos.test_web_killed import Till
from tests.conftest import ROOT, _server, _template_name, _use
from tests.gateways.rabbitmq import broker

pytestmark = pytest.mark.chaos
AWAY_S = float(os.environ.get("REGULARS_CHAOS_AWAY_S", "60"))
BEFORE_S, MEMBERS, DRAINED_S = 8, 40, 150
CHANNELS = ("sms", "email", "push")


class Clocked(Till):
    """A till that notes how long each answer took, and when."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.took: list[tuple[float, float]] = []

    def _sell(self, client: Any, name: str) -> None:
        began = time.monotonic()
        super()._sell(client, name)
        self.took.append((began, time.monotonic() - began))


@dataclass
class House:
    """A running house on a database of its own; its sister's API is a web server that can be killed alone."""

    node: Node
    url: str
    env: dict[str, str]
    address: str
    sister_port: int
    shop: dict[str, Any]
    members: list[Member]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    sister: subprocess.Popen[bytes] | None = None
    changes: int = 0

    def start_sister(self) -> None:
        """Start the web server that Smart Communications speaks to."""
        self.sister = _start(processes.web(self.sister_port, {}).command, self.env)
        processes.wait_until_answers(f"http://127.0.0.1:{self.sister_port}/healthz")

    def kill_sister(self) -> None:
        """End it like a power cut."""
        if self.sister is not None:
            os.killpg(self.sister.pid, signal.SIGKILL)
            self.sister.wait()

    def change_something(self, chance: random.Random) -> None:
        """A member changes their mind, here or there, or their name."""
        member, channel, is_on = chance.choice(self.members), chance.choice(CHANNELS), chance.random() < 0.5
        kind = chance.randrange(3)
        if kind == 0:
            consent.set_cells(member, {("mailings", channel): is_on}, by=make.OPERATOR, at=clock.now())
        elif kind == 1 and customers.find(member.public_id) is not None:
            by = Actor("employee", "1", "smartcomms")
            switches.switch_channel(
                member.public_id, channel=channel, is_on=is_on, cause="employee", by=by, at=clock.now()
            )
        else:
            members.change_profile(
                member, {"first_name": f"Robin {chance.randrange(1000)}"}, by=make.BY, at=clock.now()
            )
        self.changes += 1

    def disagreements(self) -> list[str]:
        """Where the two systems differ, names included."""
        report = differences.compare_both()
        names = []
        for member in people.list_by_public_ids([one.public_id for one in self.members]):
            known = customers.find(member.public_id)
            if known is None or known.first_name != member.first_name:
                names.append(member.public_id)
        return [f"{kind}: {count}" for kind, count in report.counts.items()] + names


def _start(command: Any, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True)


@pytest.fixture
def house(django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[House]:
    mine, name = settings.DATABASES["default"]["NAME"], f"regulars_chaos_bridge_{os.getpid()}"
    with node(tmp_path / "node") as there, _database(name), django_db_blocker.unblock():
        _use(name)
        made = _furnish(there, name)
        try:
            made.start_sister()
            web = processes.web(int(made.address.rpartition(":")[2]), {}).command
            made.running += [_start(web, made.env), _start(processes.worker({}).command, made.env)]
            processes.wait_until_answers(f"{made.address}/healthz")
            _wait_for_customers(made)
            yield made
        finally:
            made.kill_sister()
            for process in made.running:
                process.terminate()
            for process in made.running:
                process.wait(30)
            connections.close_all()
            _use(mine)


def _wait_for_customers(house: House) -> None:
    """Begin when everybody is known on both sides, and the broker's queues are no longer new."""
    ends = time.monotonic() + 60
    while customers.count() < MEMBERS:
        assert time.monotonic() < ends, [process.poll() for process in house.running]
        time.sleep(0.2)


@contextmanager
def _database(name: str) -> Iterator[None]:
    with _server() as server:
        server.execute(f"drop database if exists {name} with (force)")
        server.execute(f"create database {name} template {_template_name()} strategy file_copy")
    yield
    with _server() as server:
        server.execute(f"drop database if exists {name} with (force)")


def _furnish(there: Node, name: str) -> House:
    make.programme()
    till, at = make.till(), clock.now()
    offer = offers.draft(offers.NewOffer(name="5 % back", benefit="points", basis_points=500), by=make.BY, at=at)
    offers.publish(offer, by=make.BY, at=at)
    joined = [make.member(at=at) for _ in range(MEMBERS)]
    shop = {
        "key": access.issue_till_key(till.pk, by=make.BY, at=at),
        "cards": [make.card(member).number for member in joined[:20]],
    }
    port, sister_port = processes.free_port(), processes.free_port()
    environment = env(_url(name)) | {
        "RABBITMQ_URL": there.url,
        "REGULARS_PUBLIC_ADDRESS": f"http://127.0.0.1:{port}",
        "REGULARS_SISTER_ADDRESS": f"http://127.0.0.1:{sister_port}",
    }
    return House(there, _url(name), environment, f"http://127.0.0.1:{port}", sister_port, shop, joined)


def p99_ms(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)] * 1000 if took else 0.0


def _live_through(house: House, *, go: Any, come_back: Any) -> dict[str, Any]:
    """Sell and change things; something goes away for a minute and comes back; then wait until both sides are alike."""
    stop, chance = threading.Event(), random.Random(20261124)
    tills = [Clocked(number, house.address, house.shop, stop) for number in range(2)]
    for till in tills:
        till.start()
    marks = [time.monotonic()]
    for seconds, then in ((BEFORE_S, go), (AWAY_S, come_back), (4, stop.set)):
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            house.change_something(chance)
            time.sleep(0.05)
        waiting = journal.count_waiting()
        then()
        marks.append(time.monotonic())
    for till in tills:
        till.join(30)
    drained_s = _drain(house, since=marks[2])
    took = [one for till in tills for one in till.took]
    return {
        "receipts": len(took),
        "errors": [line for till in tills for line in till.trouble],
        "repeated": sum(till.repeated for till in tills),
        "p99_before_ms": round(p99_ms([s for at, s in took if at < marks[1]])),
        "p99_away_ms": round(p99_ms([s for at, s in took if marks[1] <= at < marks[2]])),
        "changes": house.changes,
        "waiting_at_the_end": waiting,
        "drained_s": round(drained_s, 1),
        "differences": house.disagreements(),
    }


def _drain(house: House, *, since: float) -> float:
    while journal.count_waiting() or house.disagreements():
        assert time.monotonic() - since < DRAINED_S, (journal.count_waiting(), house.disagreements())
        time.sleep(0.5)
    return time.monotonic() - since


def test_the_broker_is_away(house: House) -> None:
    told = _live_through(house, go=house.node.kill, come_back=house.node.start)

    print(json.dumps(told))
    assert told["errors"] == []
    assert told["repeated"] == 0
    assert told["receipts"] > 50
    assert told["differences"] == []
    line = Pipe(f"regulars.{house.url.rpartition('/')[2].partition('?')[0]}", "smartcomms")
    broker.URL, before = house.node.url, broker.URL
    try:
        assert broker.count(line, dead=True) == 0
    finally:
        broker.URL = before


def test_the_sisters_api_is_away(house: House) -> None:
    told = _live_through(house, go=house.kill_sister, come_back=house.start_sister)

    print(json.dumps(told))
    assert told["errors"] == []
    assert told["repeated"] == 0
    assert told["receipts"] > 50
    assert told["differences"] == []


def test_a_frozen_broker_is_an_unknown_fate_and_a_thawed_one_is_used_again(tmp_path: Path) -> None:
    with node(tmp_path / "node") as there:
        pipe, before = Pipe("frozen", "smartcomms"), broker.URL
        to_pipe = Publisher(there.url, pipe, confirm_s=2)
        to_pipe.publish(b"{}", message_id="one", signature="")
        there.freeze()
        with pytest.raises(BrokerNotReached):
            to_pipe.publish(b"{}", message_id="two", signature="")
        there.thaw()

        to_pipe.publish(b"{}", message_id="two", signature="")

        to_pipe.close()
        broker.URL = there.url
        try:
            found = [letter.message_id for letter in broker.waiting(pipe)]
        finally:
            broker.URL = before
        assert set(found) == {"one", "two"}
        print(f"the message that timed out arrived {found.count('two') - 1} time(s) all the same")
