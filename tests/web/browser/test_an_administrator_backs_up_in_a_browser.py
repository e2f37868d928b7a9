"""An administrator upgrades from the landing before and signs in, backs up, restores yesterday, and lets sending go on."""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.core.management import call_command

from regulars.journal import actions as journal
from regulars.kit import clock
from regulars.loyalty.goods.models import Product
from regulars.loyalty.programme import queries as programme
from regulars.management import processes
from regulars.messages.models import Message
from tests.chaos.battlefield import _url, env
from tests.conftest import ROOT
from tests.management.own_database import own_database
from tests.upgrades.landings import LANDINGS, UPGRADES, load
from tests.web.browser.visitor import DESK, SCREENS, Visit
from tests.web.staff.phone import code

pytestmark = pytest.mark.browser


class Web:
    """The real web server on the database of the test, started and stopped as an administrator does."""

    def __init__(self, name: str, **environment: str) -> None:
        self.port = processes.free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._env = env(_url(name)) | {"REGULARS_PUBLIC_ADDRESS": self.address, **environment}
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = processes.web(self.port, {}).command
        self._running = subprocess.Popen(command, env=self._env, cwd=ROOT, start_new_session=True)
        processes.wait_until_answers(f"{self.address}/healthz", seconds=120)

    def stop(self) -> None:
        if self._running is not None:
            self._running.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._running.wait(30)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._running.pid, signal.SIGKILL)
            self._running = None


@pytest.fixture
def shop(
    django_db_setup: None, django_db_blocker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[tuple[str, Web, dict[str, Any]]]:
    """The database of the landing before, what is known of it, and a web server that is not running yet."""
    known: dict[str, Any] = json.loads((UPGRADES / f"{LANDINGS[-1]}.json").read_text())
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    settings.SECRET_KEY = known["secret_key"]
    with django_db_blocker.unblock(), own_database(is_empty=True) as name:
        load(LANDINGS[-1], name)
        web = Web(name, REGULARS_SECRET_KEY=known["secret_key"], REGULARS_HOME=str(tmp_path / "home"))
        try:
            yield name, web, known
        finally:
            web.stop()


def said(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def look(visitor: Visit, path: str, name: str) -> Any:
    """Look at a page of a desk on every screen; its script reads the colour scheme when the page opens."""
    for visitor.screen in SCREENS:
        visitor.page.set_viewport_size({"width": visitor.screen.width, "height": visitor.screen.height})
        visitor.page.emulate_media(color_scheme=visitor.screen.scheme)
        visitor.go(path)
        visitor.look(name)
    visitor.page.set_viewport_size({"width": DESK.width, "height": DESK.height})
    return visitor.page


def sign_in(visitor: Visit, known: dict[str, Any]) -> None:
    page = visitor.go("/backoffice/")
    page.fill("[name=login]", known["login"])
    page.fill("[name=password]", known["password"])
    page.keyboard.press("Enter")
    page.get_by_text("Type the secret instead").click()
    page.fill("[name=code]", code(page.locator("#secret").inner_text(), step=-1))
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("link", name="I have kept them").click()
    page.locator("h1", has_text="Today").wait_for()


def sell(web: Web, known: dict[str, Any], number: str) -> None:
    product = Product.objects.order_by("id").first()
    assert product is not None
    body = {
        "currency": programme.get().currency,
        "sold_at": (clock.now() - timedelta(minutes=1)).isoformat(),
        "customer": known["card"],
        "lines": [{"number": 1, "sku": product.sku, "quantity": 1000, "unit_price": 1000}],
    }
    headers = {"Authorization": f"Bearer {known['till_key']}", "Idempotency-Key": number}
    answer = httpx2.post(f"{web.address}/api/pos/v1/purchases/{number}/confirm", json=body, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text


def test_an_administrator_upgrades_backs_up_restores_and_lets_sending_go_on(
    shop: tuple[str, Web, dict[str, Any]], browser: Any, tmp_path: Path
) -> None:
    name, web, known = shop
    file = tmp_path / "monday.backup"

    web.start()
    visitor = Visit(browser, web.address, DESK, {})
    page = visitor.go("/backoffice/")
    page.get_by_text("regulars upgrade").wait_for()
    visitor.complaints.clear()  # the console tells of the 503
    visitor.look_everywhere("older-schema")
    web.stop()
    assert "The way back: " in said("upgrade")
    web.start()
    sign_in(visitor, known)

    said("backup", str(file))
    before = Message.objects.filter(state="queued").count()
    sell(web, known, "monday-1")
    while journal.relay(at=clock.now()):
        pass
    assert Message.objects.filter(state="queued").count() > before
    web.stop()
    told = said("restore", "--replace", name, str(file))
    web.start()

    assert "All sending is held" in told
    sell(web, known, "monday-1")  # the till has it in its own journal, and sends it again under its old key
    page = look(visitor, "/backoffice/", "held-today")
    strip = page.locator(".held-strip")
    assert "Restored from a backup of" in strip.inner_text()
    look(visitor, "/contact-centre/", "held-contact-centre")
    look(visitor, "/smartcomms/", "held-smartcomms")
    page = look(visitor, "/backoffice/hold/", "held-page")
    assert "2 messages of unknown fate" in page.locator(".desk-list").inner_text()
    page.get_by_role("button", name="Let sending go on").click()
    page.get_by_text("Sending goes on.").wait_for()
    assert page.locator(".held-strip").count() == 0
    look(visitor, "/backoffice/hold/", "not-held-page")
    page.fill("[name=reason]", "The price in the autumn mailing is wrong")
    page.get_by_role("button", name="Hold all sending").click()
    page.locator(".held-strip", has_text="The price in the autumn mailing is wrong").wait_for()
    assert "by ada" in page.locator(".held-strip").inner_text()
    assert Message.objects.filter(state="unknown", reason="restored").count() == 2
