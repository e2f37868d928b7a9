"""The page behind a member's link in a real browser: every screen, both languages, with script and without, and Undo."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from regulars.loyalty.members import actions as members
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions import links, queries
from regulars.loyalty.subscriptions.links import Link
from regulars.loyalty.subscriptions.models import MailingType
from tests import cast, make
from tests.web.browser.visitor import PHONE, Visit

pytestmark = pytest.mark.browser
LONG = "Sanfte Seifen, schöne Schachteln und sonst noch Spannendes aus unserem Sommersortiment"


@pytest.fixture
def anna(transactional_db: None, still_clock: Any) -> Iterator[cast.Role]:
    """Somebody who hears everything, one kind of it with a name as long as marketers make them."""
    make.programme()
    subscriptions.add_type("soaps", name=LONG, base="mailings", channels=["email", "sms"], by=make.BY, at=make.AT)
    yield cast.anna()
    MailingType.objects.filter(code="soaps").delete()  # mailing types outlive a test


def address(who: cast.Role, mailing_type: str = "mailings", channel: str = "email") -> str:
    return "/preferences/" + links.make(Link(who.member.public_id, mailing_type, channel))


def is_on(who: cast.Role, mailing_type: str = "mailings", channel: str = "email") -> bool:
    return queries.get_matrix(who.member).is_on(mailing_type, channel)


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_page_and_answer_hold_on_every_screen(anna: cast.Role, visit: Callable[..., Visit], locale: str) -> None:
    visitor = visit()
    visitor.cookie("django_language", locale)
    page = visitor.go(address(anna, "soaps"))
    assert page.locator("html").get_attribute("lang") == locale
    visitor.look_everywhere(f"preferences-{locale}")

    page.click("button[value=stop]")

    page.locator("[role=status]").wait_for()
    assert not is_on(anna, "soaps")
    visitor.look_everywhere(f"preferences-saved-{locale}")


@pytest.mark.parametrize("script", [True, False])
def test_one_press_stops_the_emails_and_undo_brings_them_back(
    anna: cast.Role, visit: Callable[..., Visit], script: bool
) -> None:
    page = visit(PHONE, java_script_enabled=script).go(address(anna))
    page.get_by_role("button", name="No more “News from us” by email").click()

    assert page.locator("[role=status]").inner_text() == "Turned off News from us: Email."
    assert "by email about everything except news" in page.locator(".sentence").inner_text()
    assert not is_on(anna)

    page.get_by_role("button", name="Undo").click()
    assert page.locator("[role=status]").inner_text() == "Turned on News from us: Email."
    assert is_on(anna)


def test_switches_are_saved_by_keyboard_alone(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    page = visit(PHONE).go(address(anna))
    page.focus("[value='offers:sms']")
    page.keyboard.press("Space")
    page.focus("button[value=save]")
    page.keyboard.press("Enter")

    assert page.locator("[role=status]").inner_text() == "Turned off Offers for you: SMS."
    assert not is_on(anna, "offers", "sms")
    page.get_by_role("link", name="Change something else").click()
    assert not page.locator("[value='offers:sms']").is_checked()


@pytest.mark.parametrize("kind", ["off", "locked", "forged", "gone"])
def test_links_that_stop_nothing_say_why(anna: cast.Role, visit: Callable[..., Visit], kind: str) -> None:
    visitor = visit()
    if kind == "off":
        subscriptions.unsubscribe(anna.member, mailing_type="mailings", channel="email", by=make.BY, at=make.AT)
        page = visitor.go(address(anna))
        assert "is turned off already" in page.locator(".said").inner_text()
    elif kind == "locked":
        page = visitor.go(address(anna, "system"))
        assert "You cannot be a member without these messages" in page.locator(".said").inner_text()
    else:
        if kind == "gone":
            members.leave(anna.member, by=make.BY, at=make.AT)
        page = visitor.go(address(anna) if kind == "gone" else address(anna)[:-3])
        assert page.locator("h1").inner_text() == "This link no longer opens anything"
        visitor.complaints.clear()  # the browser itself notes the answer 404
    assert page.locator("button[value=stop]").count() == 0
    visitor.look_everywhere(f"preferences-{kind}")
