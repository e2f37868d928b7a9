"""An operator answers a call: finds the caller by phone, reads the balance, turns a channel off, blocks the card."""

from collections.abc import Callable
from typing import Any

import pytest

from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions import queries as consent
from tests import cast, make
from tests.web.browser.visitor import DESK, Screen, Visit
from tests.web.contact_centre import desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOW = Screen(1280, 720, "light")


@pytest.fixture
def anna(still_clock: Any) -> cast.Role:
    """Anna with three receipts, a blocked card beside the one that works, and a mixed choice of what she hears."""
    role = desk.anna()
    till = desk.buy(role, "R-1001")
    desk.buy(role, "R-1002", at_till=till, loaves=3)
    desk.buy(role, "R-1003", at_till=till, loaves=12)
    subscriptions.unsubscribe(role.member, mailing_type="mailings", channel="email", by=make.OPERATOR, at=make.AT)
    return role


def enter(visit: Callable[..., Visit], role: str = "operator", screen: Screen = DESK, **options: Any) -> Visit:
    """A browser in which an employee is signed in."""
    visitor = visit(screen, **options)
    visitor.cookie("sessionid", desk.signed_in(role).cookies["sessionid"].value)
    return visitor


def look(visitor: Visit, path: str, name: str) -> Any:
    page = visitor.go(path)
    visitor.look_everywhere(f"centre-{name}")
    visitor.page.set_viewport_size({"width": DESK.width, "height": DESK.height})
    return page


def test_every_page_of_the_contact_centre_holds(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    visitor = enter(visit)
    look(visitor, "/contact-centre/", "home")
    look(visitor, "/contact-centre/?q=mor", "hits")
    look(visitor, "/contact-centre/?q=07700+900999", "nobody")
    look(visitor, desk.page_of(anna), "member")
    look(visitor, desk.page_of(anna, "subscriptions/"), "subscriptions")
    look(visitor, desk.page_of(anna, f"cards/{anna.card.pk}/block"), "block")
    visitor.go(desk.page_of(anna)).locator(".receipts a").first.click()
    visitor.look_everywhere("centre-purchase")
    look(visitor, "/contact-centre/call?phone=07700900999", "call")
    look(visitor, "/contact-centre/register?phone=07700900999", "register")
    look(visitor, f"/contact-centre/acts?member={anna.member.public_id}", "acts")


def test_a_member_is_seen_whole_without_scrolling(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    make.card(anna.member)
    visitor = enter(visit, screen=LOW)

    page = visitor.go(desk.page_of(anna))

    for seen in ("h1", "#contacts li", ".balance-line", ".cards li", ".receipts li:nth-child(3)", ".panel .sentence"):
        box = page.locator(seen).last.bounding_box()
        assert box["y"] + box["height"] <= LOW.height, f"{seen} ends at {box['y'] + box['height']}"


def test_an_operator_answers_a_call(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    """The whole call by keyboard: search, balance, SMS off, and the card that was lost."""
    visitor = enter(visit)
    page = visitor.go("/contact-centre/register")
    page.locator("h1").click()

    page.keyboard.press("/")
    page.locator("#q:focus").wait_for()
    page.keyboard.type("07700 900 001")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{desk.page_of(anna)}")
    assert page.locator(".balance-line").inner_text() == "688 points"
    page.keyboard.press("c")
    page.locator("#contacts b", has_text=cast.ANNA.phone).wait_for()

    page.keyboard.press("s")
    page.wait_for_url("**/subscriptions/")
    with page.expect_response("**/difference"):
        page.uncheck("[value='offers:sms']")
    page.locator("#difference", has_text="Not saved yet: SMS off for Offers").wait_for()
    assert page.locator("td.unsaved").count() == 1
    visitor.look_everywhere("centre-unsaved")
    page.set_viewport_size({"width": DESK.width, "height": DESK.height})
    page.click("button[value=save]")
    page.locator("[role=status]", has_text="Saved. SMS off for Offers.").wait_for()
    assert not consent.get_matrix(anna.member).is_on("offers", "sms")

    page.keyboard.press("Control+k")
    page.locator("#acts-found a").first.wait_for()
    visitor.look_everywhere("centre-palette")
    page.set_viewport_size({"width": DESK.width, "height": DESK.height})
    page.keyboard.type(",kjr")  # “блок”, typed in the other layout
    page.locator("#acts-found li", has_text="Block card").wait_for()
    page.locator("#acts-found li", has_text="Search").wait_for(state="detached")
    page.keyboard.press("Enter")
    page.wait_for_url("**/block")
    page.check("[value=lost]")
    page.click("main form button")

    page.locator("[role=status]", has_text="is blocked").wait_for()
    visitor.look_everywhere("centre-blocked")
    page.set_viewport_size({"width": DESK.width, "height": DESK.height})
    page.keyboard.press("Escape")
    page.locator("#hits", has_text="Anna Morgan").wait_for()
    assert page.locator("#q").input_value() == "07700 900 001"


def test_two_operators_at_once_see_both_versions(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    first, second = enter(visit), enter(visit)
    pages = [each.go(desk.page_of(anna, "subscriptions/")) for each in (first, second)]
    pages[0].uncheck("[value='mailings:sms']")
    pages[1].uncheck("[value='offers:viber']")
    pages[1].click("button[value=save]")
    pages[1].locator("[role=status]", has_text="Saved. Viber off for Offers.").wait_for()

    pages[0].click("button[value=save]")

    pages[0].locator("h2", has_text="Two versions").wait_for()
    first.complaints.clear()  # the browser tells of the 409 in its console
    first.look_everywhere("centre-both-versions")
    pages[0].click("main button[value=save]")
    pages[0].locator("[role=status]", has_text="Saved. SMS off for Mailings.").wait_for()
    matrix = consent.get_matrix(anna.member)
    assert not matrix.is_on("mailings", "sms")
    assert not matrix.is_on("offers", "viber")


def test_rows_and_columns_are_filled_by_one_box(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    page = enter(visit).go(desk.page_of(anna, "subscriptions/"))

    page.uncheck("[data-column=sms]")
    page.check("[data-line=mailings]")
    page.locator("#difference", has_text="SMS off for Points credited").wait_for()
    assert page.locator("td.unsaved").count() == 6
    page.click("button[value=all]")

    page.locator("#difference", has_text="Not saved yet: Email on for Mailings").wait_for()
    assert consent.get_matrix(anna.member).is_on("offers", "sms")


def test_rows_are_walked_and_letters_stay_letters_in_fields(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    make.member(first_name="Ann", last_name="Morris")
    page = enter(visit).go("/contact-centre/?q=mor")

    page.locator("#q").fill("mor")
    page.keyboard.type("j")
    assert page.locator("#q").input_value() == "morj"
    page.locator(".empty", has_text="Nobody was found").wait_for()
    page.keyboard.press("Backspace")
    page.locator("#hits li").nth(1).wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{desk.page_of(anna)}")


def test_without_script_everything_works(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    page = enter(visit, java_script_enabled=False).go("/contact-centre/")

    page.fill("#q", "07700900001")
    page.click("main form button")
    page.click("text=Show contacts")
    assert cast.ANNA.phone in page.locator("#contacts").inner_text()
    page.click("text=Subscriptions >> nth=0")
    page.click("button[value=none]")
    assert "Not saved yet: Everything off" in page.locator("#difference").inner_text()
    page.click("button[value=save]")

    assert consent.get_matrix(anna.member).summary().state == "nothing"
    page.click("text=Acts")
    page.click("text=Block card")
    assert page.locator("h2", has_text="Block card").count() == 1
