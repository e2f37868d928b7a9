"""The whole house as the demo runs it (web, worker and the stand-ins), on a database of its own, with a small shop inside."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from regulars.access import actions as access
from regulars.kit import clock
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.members.models import Member
from regulars.loyalty.stores import queries as stores
from regulars.management import processes
from regulars.management.demo import build
from regulars.sandbox.mail.record import beside
from regulars.smartcomms.customers import queries as customers
from regulars.smartcomms.subscriptions import actions as categories
from tests import cast, make
from tests.chaos.battlefield import _url
from tests.conftest import ROOT, _server, _template_name, _use
from tests.stories.conftest import until

NEIGHBOURS = [f"robin{number}@example.org" for number in range(6)]


@dataclass(frozen=True, slots=True)
class Street:
    """A running house, two members that a story follows, and the mailboxes of others, of whom the last three have bought."""

    address: str
    mails: Path
    anna: Member
    max: Member
    neighbours: list[str]
    buyers: int


@contextmanager
def opened(folder: Path, blocker: Any) -> Iterator[Street]:
    """Open the house, wait until both systems know everybody, and close it afterwards."""
    mine, name = settings.DATABASES["default"]["NAME"], f"regulars_street_{os.getpid()}"
    with _server() as server:
        server.execute(f"drop database if exists {name} with (force)")
        server.execute(f"create database {name} template {_template_name()} strategy file_copy")
    port, smpp_port, control_port, smtp_port = (processes.free_port() for _ in range(4))
    address, record = f"http://127.0.0.1:{port}", folder / "demo.jsonl"
    env = os.environ | {
        "DATABASE_URL": _url(name),
        "DJANGO_SETTINGS_MODULE": "regulars.settings",
        "REGULARS_DEMO": "1",
        "REGULARS_PUBLIC_ADDRESS": address,
        "REGULARS_SISTER_ADDRESS": address,
        "REGULARS_SANDBOX_RECORD": str(record),
        "RABBITMQ_URL": "",
        "REGULARS_EXCHANGE_FOLDER": str(folder / "exchange"),
        "REGULARS_EXCHANGE_EVERY_S": "0.5",
    }
    children = (
        processes.sandbox(smpp_port, control_port, record, {}, smtp_port=smtp_port),
        processes.web(port, {}),
        processes.worker({}),
    )
    running: list[subprocess.Popen[bytes]] = []
    with blocker.unblock():
        _use(name)
        try:
            anna, max_, buyers = _furnish(smpp_port, smtp_port)
            running += [subprocess.Popen(c.command, env=env, cwd=ROOT, start_new_session=True) for c in children]
            processes.wait_until_answers(f"{address}/healthz")
            until(lambda: customers.count() == 2 + len(NEIGHBOURS))
            yield Street(address, beside(record), anna, max_, NEIGHBOURS, buyers)
        finally:
            for process in reversed(running):
                process.terminate()
            for process in running:
                process.wait(20)
            _use(mine)
            with _server() as server:
                server.execute(f"drop database if exists {name} with (force)")


def _furnish(smpp_port: int, smtp_port: int) -> tuple[Member, Member, int]:
    """Set up programme, employees, gateways, a category, and members of whom three have bought nothing."""
    at = clock.now()
    make.programme()
    make.product("tea", name="Tea", unit_price=350, group=make.group("drinks"))
    categories.add_category("weekly", name="Weekly offers", defaults={"email": True}, by=make.BY, at=at)
    for login, name, roles in build.EMPLOYEES:
        access.add_employee(login, name=name, roles=roles, password=None, by=make.BY, at=at)
    build.connect_gateways(smpp_port, smtp_port)
    anna, max_ = (make.member(at=at, **asdict(profile)) for profile in (cast.ANNA, cast.MAX))
    neighbours = [make.member(at=at, email=mailbox) for mailbox in NEIGHBOURS]
    till = stores.get_till(make.till().pk)
    buyers = [anna, max_, *neighbours[3:]]
    for member in buyers:
        line = BasketLine(1, "tea", "Tea", 1000, 350)
        basket = Basket((line,), at, "GBP", Identifier("member", member.public_id))
        number = f"R-{member.pk}"
        checkout.confirm(number, basket, key=number, till=till, by=make.BY, at=at)
    make.card(anna, at=at)
    return anna, max_, len(buyers)
