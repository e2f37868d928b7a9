"""Gateways in the back office in a real browser: list, page, editor and price list on every screen; one is set up and tried."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from regulars.kit import clock
from regulars.providers import actions as providers
from regulars.providers import queries
from regulars.providers.models import Gateway
from tests import make
from tests.web.backoffice import staff
from tests.web.browser.visitor import DESK, SCREENS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MAIL = {
    "host": "127.0.0.1", "port": 1, "security": "none", "sender": "Corner Market <news@example.org>", "login": "shop",
    "password": "hush-hush", "connect_timeout_s": 1,
}  # fmt: skip


@pytest.fixture
def mail(transactional_db: None) -> Gateway:
    """A gateway in trouble with a price list, whose server is not there."""
    make.programme()
    at = clock.now() - timedelta(minutes=5)
    told = {"by": make.OPERATOR, "at": at}
    gateway_id = providers.set_gateway("Mail server", channel="email", provider="smtp", settings=MAIL, **told)
    providers.set_prices(gateway_id, {"": 900}, **told)
    sms = {"host": "smsc.example.org", "port": 2775, "system_id": "shop", "password": "secret"}
    sms_id = providers.set_gateway("SMSC of the operator", channel="sms", provider="smpp", settings=sms, **told)
    providers.set_prices(sms_id, {"": 40_000, "+7": 25_000, "+44": 31_000}, **told)
    providers.pause(sms_id, code="0x0E", seconds=86_400, by=make.BY, at=at)
    return Gateway.objects.get(pk=gateway_id)


def enter(visit: Callable[..., Visit]) -> Visit:
    visitor = visit(DESK)
    visitor.cookie("sessionid", staff.signed_in("administrator").cookies["sessionid"].value)
    return visitor


def look(visitor: Visit, path: str, name: str, before: Callable[[Any], None] = lambda page: None) -> None:
    """Look at a page on every screen; its script reads the colour scheme when the page opens."""
    for visitor.screen in SCREENS:
        visitor.page.set_viewport_size({"width": visitor.screen.width, "height": visitor.screen.height})
        visitor.page.emulate_media(color_scheme=visitor.screen.scheme)
        before(visitor.go(path))
        visitor.look(f"gateways-{name}")


def preview(page: Any) -> None:
    page.fill("textarea", "+7 0.03\n+49 0.05\n0.04")
    page.click("button[name=look]")
    page.locator("#preview-head").wait_for()


def test_every_page_of_gateways_holds(mail: Gateway, visit: Callable[..., Visit]) -> None:
    visitor = enter(visit)
    page, sms = staff.page_of("backoffice", mail), Gateway.objects.get(channel="sms")

    look(visitor, staff.list_of("backoffice", Gateway), "list")
    look(visitor, staff.page_of("backoffice", sms), "page")
    look(visitor, page.replace("change/", "edit/"), "editor", lambda shown: shown.click("summary:has-text('More')"))
    look(visitor, "/backoffice/providers/gateway/add/", "provider")
    prices = staff.page_of("backoffice", sms).replace("change/", "set_prices/")
    look(visitor, prices, "prices", preview)


def test_an_administrator_sets_a_gateway_up_is_told_of_a_mistake_and_tries_it(
    mail: Gateway, visit: Callable[..., Visit]
) -> None:
    page = enter(visit).go(staff.list_of("backoffice", Gateway))

    page.locator("a[href*='/gateway/add/']:visible").first.click()
    page.click("text=Email over SMTP")
    page.fill("[name=name]", "Second mail server")
    page.fill("[name=set_host]", "127.0.0.1")
    page.fill("[name=set_port]", "99999")
    page.fill("[name=set_sender]", "news@example.org")
    page.click("button:has-text('Keep it')")
    page.locator("text=99999 is not a port.").wait_for()
    page.fill("[name=set_port]", "1")
    page.click("button:has-text('Keep it')")
    page.locator("text=“Second mail server” is kept.").wait_for()
    page.click("a:has-text('Test connection')")
    page.click("button:has-text('Test connection')")

    page.locator("text=The provider cannot be reached").wait_for()
    made = Gateway.objects.get(name="Second mail server")
    assert made.settings == {"host": "127.0.0.1", "port": 1, "sender": "news@example.org"}


def test_a_price_list_is_looked_at_and_then_set(mail: Gateway, visit: Callable[..., Visit]) -> None:
    sms = Gateway.objects.get(channel="sms")
    page = enter(visit).go(staff.page_of("backoffice", sms).replace("change/", "set_prices/"))

    preview(page)
    assert queries.get_prices(sms.pk)["+7"] == 25_000
    page.click("button:has-text('Set prices')")

    page.locator("text=has 3 lines").wait_for()
    assert queries.get_prices(sms.pk) == {"": 40_000, "+49": 50_000, "+7": 30_000}
