"""The whole house as real processes: web, worker and an SMSC, on a database of its own, with each carrier between systems."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.conf import settings

from regulars.access import actions as access
from regulars.kit import clock
from regulars.loyalty.notifications import actions as notifications
from regulars.loyalty.offers import actions as offers
from regulars.management import processes
from regulars.providers import actions as providers
from regulars.sandbox import inbox
from regulars.smartcomms.subscriptions import actions as categories
from tests import make
from tests.chaos.battlefield import _url
from tests.conftest import ROOT, _server, _template_name, _use
from tests.gateways.rabbitmq import broker


@dataclass
class House:
    """A running house and what a till needs in it."""

    address: str
    record: Path
    key: str

    def till(self, path: str, body: dict[str, Any], *, key: str = "") -> httpx2.Response:
        """Ask the tills' API."""
        headers = {"Authorization": f"Bearer {self.key}", **({"Idempotency-Key": key} if key else {})}
        return httpx2.post(f"{self.address}/api/pos/v1/{path}", json=body, headers=headers, timeout=10)

    def join(self, phone: str, key: str = "join") -> httpx2.Response:
        """Register Anna at the till."""
        return self.till("members", {"phone": phone, "first_name": "Anna"}, key=key)

    def buy(self, number: str, customer: str, price: int) -> dict[str, Any]:
        """Calculate and confirm one receipt of one line."""
        body = {
            "currency": "GBP",
            "sold_at": clock.now().isoformat(),
            "customer": customer,
            "lines": [{"number": 1, "sku": "tea", "quantity": 1000, "unit_price": price}],
        }
        quoted = self.till(f"purchases/{number}/calculate", body).raise_for_status().json()
        answer = self.till(f"purchases/{number}/confirm", {**body, "quote": quoted["quote"]}, key=number)
        told: dict[str, Any] = answer.raise_for_status().json()
        return told

    def texts(self, number: str) -> list[inbox.Text]:
        """What arrived on a phone."""
        return inbox.messages_for(self.record, number)


def until[Seen](look: Callable[[], Seen], *, seconds: float = 20) -> Seen:
    """Look until there is something to see."""
    limit = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < limit, "it was not seen in time"
        time.sleep(0.05)
    return seen


@pytest.fixture(params=["exchange", "rabbitmq"])
def carrier(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What carries Loyalty's news: parcels twice a second, or a broker."""
    by_parcels = {"RABBITMQ_URL": "", "REGULARS_EXCHANGE_FOLDER": str(tmp_path / "exchange")}
    if request.param == "exchange":
        yield by_parcels | {"REGULARS_EXCHANGE_EVERY_S": "0.5"}
        return
    with broker.a_pipe() as pipe:
        yield {"RABBITMQ_URL": broker.URL, "REGULARS_RABBITMQ_PREFIX": pipe.prefix}


@pytest.fixture
def house(django_db_setup: None, django_db_blocker: Any, tmp_path: Path, carrier: dict[str, str]) -> Iterator[House]:
    mine, name = settings.DATABASES["default"]["NAME"], f"regulars_story_{os.getpid()}"
    record = tmp_path / "smsc.jsonl"
    with _server() as server:
        server.execute(f"drop database if exists {name} with (force)")
        server.execute(f"create database {name} template {_template_name()} strategy file_copy")
    port = processes.free_port()
    address = f"http://127.0.0.1:{port}"
    env = os.environ | {
        "DATABASE_URL": _url(name),
        "DJANGO_SETTINGS_MODULE": "regulars.settings",
        "REGULARS_PUBLIC_ADDRESS": address,
        "REGULARS_SISTER_ADDRESS": address,
        **carrier,
    }
    smsc = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.stand_ins", str(record)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert smsc.stdout is not None
    smpp_port = int(smsc.stdout.readline().split()[0])
    running = [smsc]
    with django_db_blocker.unblock():
        _use(name)
        try:
            key = _furnish(smpp_port)
            running += [
                subprocess.Popen(child.command, env=env, cwd=ROOT, start_new_session=True)
                for child in (processes.web(port, {}), processes.worker({}))
            ]
            processes.wait_until_answers(f"{address}/healthz")
            yield House(address, record, key)
        finally:
            for process in reversed(running):
                process.terminate()
            for process in running:
                process.wait(20)
            _use(mine)
            with _server() as server:
                server.execute(f"drop database if exists {name} with (force)")


def _furnish(smpp_port: int) -> str:
    """Set up programme, till, offer, text, category and gateway; answer the till's key."""
    make.programme()
    make.series("app", prefix="2610", is_virtual=True)
    make.product("tea", name="Tea")
    till = make.till()
    at = clock.now()
    offer = offers.draft(offers.NewOffer(name="5 % back", benefit="points", basis_points=500), by=make.BY, at=at)
    offers.publish(offer, by=make.BY, at=at)
    notifications.set_rule(
        "loyalty.PointsAccrued",
        channel="sms",
        mailing_type="accrual",
        texts={"en": "+{{ points }} points, now {{ balance }}"},
        sender="Corner",
        by=make.BY,
        at=at,
    )
    categories.add_category("weekly", name="Weekly offers", defaults={"sms": True}, by=make.BY, at=at)
    account = {"host": "127.0.0.1", "port": smpp_port, "system_id": "shop", "password": "secret"}
    told = {"settings": account, "is_test": True, "by": make.BY, "at": at}
    providers.set_gateway("SMSC", channel="sms", provider="smpp", **told)
    return access.issue_till_key(till.pk, by=make.BY, at=at)
