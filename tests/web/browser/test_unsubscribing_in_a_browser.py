"""The page behind the link of a message in a real browser: every screen, both languages, with script and without."""

from collections.abc import Callable
from typing import Any

import pytest

from regulars.smartcomms.subscriptions import actions as subscriptions
from regulars.smartcomms.subscriptions import links, queries
from regulars.smartcomms.subscriptions.links import Link
from tests.smartcomms import people
from tests.web.browser.visitor import PHONE, Visit

pytestmark = pytest.mark.browser
NEWS = "Sanfte Seifen, schöne Schachteln und sonst noch Spannendes aus unserem Sommersortiment"


@pytest.fixture
def anna(transactional_db: None, still_clock: Any) -> str:
    """Somebody who gets two kinds of mailings, one of them with a name as long as marketers make them."""
    subscriptions.add_shipped_reasons()
    subscriptions.add_category(
        "news", name=NEWS, is_visible=True, defaults={"email": True, "sms": True}, by=people.EMPLOYEE, at=people.AT
    )
    people.category("sale", email=True)
    return people.customer(email="anna@example.org", phone="+447700900001").person_id


def address(person_id: str, category: str = "news") -> str:
    return "/u/" + links.make(Link(person_id, "sms", category))


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_page_and_answer_hold_on_every_screen(anna: str, visit: Callable[..., Visit], locale: str) -> None:
    visitor = visit()
    visitor.cookie("django_language", locale)
    page = visitor.go(address(anna))
    assert page.locator("html").get_attribute("lang") == locale
    visitor.look_everywhere(f"unsubscribe-{locale}")

    page.uncheck("[name=channel][value=sms]")
    page.select_option("#reason", "too_many")
    page.click("button[value=save]")

    page.locator("[role=status]").wait_for()
    visitor.look_everywhere(f"unsubscribed-{locale}")


@pytest.mark.parametrize("script", [True, False])
def test_a_channel_is_turned_off_with_a_reason_and_on_again(
    anna: str, visit: Callable[..., Visit], script: bool
) -> None:
    page = visit(PHONE, java_script_enabled=script).go(address(anna, category=""))
    page.uncheck("[name=channel][value=sms]")
    page.select_option("#reason", "too_many")
    page.click("button[value=save]")

    assert page.locator("[role=status]").inner_text() == "Turned off the whole channel: SMS."
    assert "nothing by SMS" in page.locator(".sentence").inner_text()
    assert queries.get_choices(anna).channels["sms"] is False
    assert queries.list_entries(anna)[0].reason == "too_many"

    page.click("main a")
    assert "Nothing has been sent by SMS since" in page.locator(".said").inner_text()
    page.check("[name=channel][value=sms]")
    page.click("button[value=save]")
    assert page.locator("[role=status]").inner_text() == "Turned on the whole channel: SMS."
    assert queries.get_choices(anna).channels["sms"] is True


def test_one_button_turns_off_everything_by_keyboard_alone(anna: str, visit: Callable[..., Visit]) -> None:
    visitor = visit(PHONE)
    page = visitor.go(address(anna))
    page.focus("#reason")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.locator("button[value=off]:focus-visible").wait_for()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    page.keyboard.press("Enter")

    said = page.locator("[role=status]").inner_text()
    assert said == "Turned off everything."
    assert "You hear nothing from us" in page.locator(".sentence").inner_text()
    assert not any(queries.get_choices(anna).channels.values())


def test_the_sticky_buttons_cover_nothing_that_has_the_focus(anna: str, visit: Callable[..., Visit]) -> None:
    page = visit(PHONE).go(address(anna))
    for _each in range(page.locator("main input, main select").count()):
        page.keyboard.press("Tab")
        hidden = page.evaluate(
            """() => { const box = document.activeElement.getBoundingClientRect();
            const bar = document.querySelector(".acts.sticky").getBoundingClientRect();
            return document.activeElement.closest("form.stack") && box.bottom > bar.top + 1 && box.top < bar.bottom
              && !document.activeElement.closest(".acts") ? document.activeElement.id : ""; }"""
        )
        assert not hidden


@pytest.mark.parametrize("kind", ["forged", "gone"])
def test_a_link_that_opens_nothing_says_so(anna: str, visit: Callable[..., Visit], kind: str) -> None:
    if kind == "gone":
        people.receive(people.gone(anna))
    visitor = visit()
    page = visitor.go(address(anna) if kind == "gone" else address(anna)[:-3])
    assert page.locator("h1").inner_text() == "This link no longer opens anything"
    assert page.locator("form.stack").count() == 0
    visitor.complaints.clear()  # the browser itself notes the answer 404

    visitor.look_everywhere(f"unsubscribe-{kind}")
