"""The members' pages in a language that does not exist: what is untranslated stands out, and longer words cut nothing."""

import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.kit.actor import Actor
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.members import actions as members
from regulars.loyalty.members import sign_in
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.programme import actions as programme
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.subscriptions import links
from regulars.messages.models import Message
from regulars.web.account import session
from tests import cast, make
from tests.loyalty.points import book
from tests.web.browser.visitor import PHONE, Visit

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools"))
import pseudo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEWCOMER = "+447700900123"
PAGES = ("", "card/", "points/", "subscriptions/", "devices/")
# What the pages show that is no text of ours.
DATA = {
    "Corner",
    "Club",
    "Anna",
    "Morgan",
    "English",
    "Europe",
    "London",
    "High",
    "Street",
    "Store",
    "Brown",
    "bread",
    "back",
    "Friday",
    "Chrome",
    "Android",
    "SMS",
    "Email",
    "Push",
    "push",
    "Viber",
    "points",
    "example",
    "org",
    "anna",
    "Regulars",
}
# Texts that are cut: by their own box, or by one above it that does not scroll.
CUT = """() => [...document.querySelectorAll("body *")].filter((e) => {
  const own = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
  if (!own || !e.checkVisibility() || e.closest(".visually-hidden, .skip")) return false;
  const style = getComputedStyle(e);
  return (style.overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1)
    || (style.overflowY !== "visible" && e.scrollHeight > e.clientHeight + 1);
}).map((e) => e.outerHTML.slice(0, 140))"""
SAID = """() => [document.title, document.body.innerText, ...[...document.querySelectorAll("[aria-label], [title], [alt]")]
    .flatMap((e) => ["aria-label", "title", "alt"].map((name) => e.getAttribute(name) || ""))].join("\\n")"""
INNERMOST = re.compile(f"{pseudo.OPENS}[^{pseudo.OPENS}{pseudo.CLOSES}]*{pseudo.CLOSES}")


@pytest.fixture
def anna(still_clock: Any, settings: Any, tmp_path: Path) -> cast.Role:
    """Anna with everything a page can show; the pages speak the pseudo-language."""
    pseudo.write(tmp_path)
    settings.LOCALE_PATHS = [tmp_path]
    make.programme()
    make.series("app", prefix="2610", is_virtual=True)
    make.product("4006", name="Brown bread", unit_price=250)
    till = stores.get_till(make.till(at_store=make.store("High Street")).pk)
    for told in (
        {"name": "back", "lifetime_days": 365},
        {"name": "Friday", "activation_days": 9, "is_cumulative": True},
    ):
        new = offers.NewOffer(benefit="points", basis_points=500, **told)  # type: ignore[arg-type]
        offers.publish(offers.draft(new, by=make.BY, at=make.AT), by=make.BY, at=make.AT)
    role = cast.anna()
    basket = Basket((BasketLine(1, "4006", "", 40_000, 250),), make.AT, "GBP", Identifier("card", role.card.number))
    checkout.confirm("1", basket, key="1", till=till, by=make.BY, at=make.AT)
    book.accrue(role.member, 120, expires_at=make.AT + timedelta(days=9))
    book.hold(role.member, 50)
    return role


def untranslated(visitor: Visit) -> set[str]:
    """Latin words of the page that stand in no brackets and are no data."""
    said = str(visitor.page.evaluate(SAID)).replace("\u00a0", " ")
    while INNERMOST.search(said):
        said = INNERMOST.sub(" ", said)
    return set(re.findall(r"[A-Za-z]{3,}", said)) - DATA


def hold(visitor: Visit, name: str) -> None:
    """Nothing sticks out, nothing is cut, nothing is left in English."""
    visitor.look(f"pseudo-{name}")
    assert visitor.page.evaluate(CUT) == [], name
    assert untranslated(visitor) == set(), name


def test_the_way_in_holds(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    programme.set_consent_mode("optional", by=make.BY, at=make.AT)
    visitor = visit(PHONE, locale="ru-RU")
    page = visitor.go("/account/sign-in/")
    hold(visitor, "sign-in")
    page.fill("#phone", "12")
    page.click("main button")
    page.wait_for_selector("#phone-wrong")
    visitor.complaints.clear()  # the browser itself notes the answer 422
    hold(visitor, "wrong-phone")
    page.fill("#phone", NEWCOMER)
    page.click("main button")
    page.wait_for_selector("#code")
    hold(visitor, "code")
    found = re.search(r"\d{6}", Message.objects.latest("id").text)
    assert found is not None
    page.fill("#code", found[0])
    page.click("main button >> nth=0")
    page.wait_for_selector("#first_name")
    hold(visitor, "join")
    page.click("main button >> nth=0")
    page.wait_for_selector(".welcome")
    hold(visitor, "home-of-a-newcomer")


def test_the_account_holds(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    visitor = visit(PHONE, locale="ru-RU")
    asked = sign_in.ask_code(cast.ANNA.phone, at=make.AT)
    by = Actor("member", "", "account")
    opened = sign_in.sign_in(cast.ANNA.phone, str(asked.code), device="Chrome · Android", by=by, at=make.AT)
    visitor.cookie(session.COOKIE, opened.token)

    for path in PAGES:
        visitor.go(f"/account/{path}")
        hold(visitor, f"account-{path.strip('/') or 'home'}")
    visitor.go("/account/points/").locator("ol.ledger a").first.click()
    hold(visitor, "account-purchase")


def test_the_page_behind_a_link_holds(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    members.change_profile(
        anna.member, {"locale": "ru"}, by=make.BY, at=make.AT
    )  # the page speaks the member's language
    visitor = visit(PHONE, locale="ru-RU")
    visitor.go(f"/preferences/{links.make(links.Link(anna.member.public_id, 'mailings', 'email'))}")

    hold(visitor, "preferences")


def test_a_text_that_is_not_translated_is_noticed(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    visitor = visit(PHONE, locale="ru-RU")
    page = visitor.go("/account/sign-in/")
    page.evaluate("""() => {
        document.querySelector("h1").textContent = "Sign in";
        document.querySelector("h1 + p").style = "overflow: hidden; height: 10px";
    }""")

    assert untranslated(visitor) == {"Sign"}
    assert len(page.evaluate(CUT)) == 1
