"""The member's pages in a real browser: two sizes, both colour schemes, both languages, with script and without."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from regulars.kit.actor import Actor
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.members import sign_in
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions import queries as consent
from regulars.messages.models import Message
from regulars.web.public.first_visit import setup_word
from tests import cast, make
from tests.web.browser.visitor import DESK, PHONE, Screen, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOW = make.AT
TOO_WIDE = """[...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5).map((e) => e.outerHTML.slice(0, 120))"""
FOLD = "document.querySelector('nav.tabs').getBoundingClientRect().top"


@pytest.fixture
def anna(still_clock: Any) -> cast.Role:
    """Anna with two receipts and a mixed choice of what she hears."""
    make.programme()
    make.product("4006", name="Brown bread", unit_price=250)
    till = stores.get_till(make.till(at_store=make.store("High Street")).pk)
    back = offers.NewOffer(name="5 % back in points", benefit="points", basis_points=500, lifetime_days=365)
    offers.publish(offers.draft(back, by=make.BY, at=NOW), by=make.BY, at=NOW)
    role = cast.anna()
    for number in ("1", "2"):
        basket = Basket((BasketLine(1, "4006", "", 40_000, 250),), NOW, "GBP", Identifier("card", role.card.number))
        checkout.confirm(number, basket, key=number, till=till, by=make.BY, at=NOW)
    subscriptions.unsubscribe(role.member, mailing_type="mailings", channel="sms", by=make.BY, at=NOW)
    return role


def enter(visit: Callable[..., Visit], screen: Screen = PHONE, **options: Any) -> Visit:
    """A browser in which Anna is signed in."""
    visitor = visit(screen, **options)
    asked = sign_in.ask_code(cast.ANNA.phone, at=NOW)
    by = Actor("member", "", "account")
    opened = sign_in.sign_in(cast.ANNA.phone, asked.code or "", device="Chrome · Android", by=by, at=NOW)
    visitor.cookie("regulars_member", opened.token)
    return visitor


PAGES = {
    "home": "/account/",
    "card": "/account/card/",
    "points": "/account/points/",
    "subscriptions": "/account/subscriptions/",
    "devices": "/account/devices/",
}


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_every_page_of_the_account_holds(
    anna: cast.Role, visit: Callable[..., Visit], screen: Screen, locale: str
) -> None:
    visitor = enter(visit, screen, locale=locale)

    for name, path in PAGES.items():
        visitor.go(path)
        visitor.look(f"account-{name}-{locale[:2]}")
    visitor.go("/account/points/").locator("ol.ledger a").first.click()
    visitor.look(f"account-purchase-{locale[:2]}")


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_sign_in_and_front_page_hold(anna: cast.Role, visit: Callable[..., Visit], screen: Screen, locale: str) -> None:
    visitor = visit(screen, locale=locale)
    for name, path in {"sign-in": "/account/sign-in/", "first-administrator": "/"}.items():
        visitor.go(path)
        visitor.look(f"account-{name}-{locale[:2]}")

    page = visitor.go("/account/sign-in/")
    page.fill("#phone", cast.ANNA.phone)
    page.keyboard.press("Enter")
    page.wait_for_selector("#code")

    visitor.look(f"account-code-{locale[:2]}")


def test_a_newcomer_without_card_and_points_and_with_a_long_name_sees_whole_pages(
    still_clock: Any, visit: Callable[..., Visit]
) -> None:
    name = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"
    make.member(phone=cast.ANNA.phone, first_name=name, last_name=name)
    visitor = enter(visit, DESK)

    for page, path in PAGES.items():
        visitor.go(path)
        visitor.look_everywhere(f"account-new-{page}")


@pytest.mark.usefixtures("still_clock")
def test_the_first_visit_opens_the_shop(visit: Callable[..., Visit], screen: Screen) -> None:
    visitor = visit(screen, java_script_enabled=screen.scheme == "light")
    page = visitor.go(f"/?word={setup_word()}")
    if screen.scheme == "light":
        visitor.look("first-visit")
    page.fill("#login", "ada")
    page.fill("#password", "a lamp over the blue door")
    page.fill("#name", "Corner Club")

    page.click("main button")

    assert page.url.endswith("/backoffice/")
    assert visitor.go("/").locator("#word").count() == 0


def test_the_demo_door_holds(anna: cast.Role, visit: Callable[..., Visit], screen: Screen, settings: Any) -> None:
    settings.IS_DEMO = True
    visitor = visit(screen)

    page = visitor.go("/")

    assert page.locator("form[action='/demo/sign-in/anna']").count() == 1
    visitor.look("front")


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_name_code_balance_and_expiry_are_seen_without_scrolling(
    anna: cast.Role, visit: Callable[..., Visit], locale: str
) -> None:
    visitor = enter(visit, PHONE, locale=locale)

    page = visitor.go("/account/")

    fold = page.evaluate(FOLD)
    for seen in (".holder", "svg.qr", "svg.bars", ".digits", ".balance", ".balance .next", ".sentence", "ol.ledger li"):
        box = page.locator(seen).first.bounding_box()
        assert box["y"] + box["height"] <= fold, f"{seen} ends at {box['y'] + box['height']}, the fold is at {fold}"


@pytest.mark.parametrize("script", [True, False])
def test_a_member_signs_in_saves_a_switch_and_takes_it_back(
    anna: cast.Role, visit: Callable[..., Visit], script: bool
) -> None:
    visitor = visit(PHONE, java_script_enabled=script)
    page = visitor.go("/account/subscriptions/")
    page.fill("#phone", cast.ANNA.phone)
    page.click("main button")
    code = re.search(r"\d{6}", Message.objects.latest("id").text)
    assert code is not None
    page.fill("#code", code[0])
    page.click("main button")

    page.uncheck("[value='offers:email']")
    page.click("button[value=save]")
    assert page.locator("[role=status]").inner_text() == "Turned off Offers for you: Email."
    assert not consent.get_matrix(anna.member).is_on("offers", "email")
    page.click("button[value=undo]")

    assert page.locator("[role=status]").inner_text() == "Turned on Offers for you: Email."
    assert consent.get_matrix(anna.member).is_on("offers", "email")


def test_each_switch_rewrites_the_sentence_before_anything_is_saved(
    anna: cast.Role, visit: Callable[..., Visit]
) -> None:
    visitor = enter(visit)
    page = visitor.go("/account/subscriptions/")

    with page.expect_response("**/sentence/"):
        page.check("[value='mailings:sms']")
    page.wait_for_function("document.querySelector('#sentence').innerText.includes('about everything.')")

    assert not consent.get_matrix(anna.member).is_on("mailings", "sms")
    assert visitor.complaints == []


def test_the_language_is_changed_in_the_footer(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    visitor = enter(visit)
    page = visitor.go("/account/points/")

    page.click("footer button[lang=ru]")

    assert page.locator("h1").inner_text() == "Ваши баллы"
    assert page.url.endswith("/account/points/")


def test_at_320_pixels_nothing_sticks_out(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    visitor = enter(visit, Screen(320, 640, "light"), locale="ru-RU")

    for path in PAGES.values():
        page = visitor.go(path)
        wide = page.evaluate(TOO_WIDE)
        assert wide == [], path
        assert visitor.overflow() == 0, path
