"""The page of both consents in a real browser: every screen, agreement and its absence, and changes without a reload."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from regulars.loyalty.subscriptions import actions as loyalty
from regulars.loyalty.subscriptions.models import MailingType
from regulars.smartcomms.subscriptions import actions as smartcomms
from tests import cast, make
from tests.smartcomms import people
from tests.web.browser.visitor import DESK, Visit

pytestmark = pytest.mark.browser
LATER = make.AT + timedelta(minutes=5)
LONG = "Sanfte Seifen, schöne Schachteln"


@pytest.fixture
def anna(transactional_db: None, still_clock: Any, settings: Any) -> Iterator[cast.Role]:
    """Anna, whom both systems know, with names of mailing types and categories as long as marketers make them."""
    settings.IS_DEMO = True
    make.programme()
    loyalty.add_type("soaps", name=LONG, base="offers", channels=["email", "sms"], by=make.BY, at=make.AT)
    entered = cast.anna()
    people.category("weekly", email=True, sms=True)
    smartcomms.add_category("soaps", name=LONG, defaults={}, by=people.EMPLOYEE, at=make.AT)
    people.customer(person_id=entered.member.public_id, first_name="Anna", last_name="Morgan")
    yield entered
    MailingType.objects.filter(code="soaps").delete()  # mailing types outlive a test


def switch(who: cast.Role, channel: str, *, is_on: bool, minutes: int = 0) -> None:
    at = LATER + timedelta(minutes=minutes)
    by = {"cause": "employee", "by": people.EMPLOYEE}
    smartcomms.switch_channel(who.member.public_id, channel=channel, is_on=is_on, at=at, **by)


def verdict(page: Any, channel: str, words: str) -> None:
    """Until the bridge says so about a channel."""
    page.locator(f"[data-channel={channel}] [data-verdict]", has_text=words).wait_for()


def test_the_page_holds_on_every_screen(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    visitor = visit()
    page = visitor.go("/demo/consent/")
    page.get_by_text("Both systems agree on every channel that crosses.").wait_for()
    visitor.look_everywhere("both-consents")

    switch(anna, "email", is_on=False)
    loyalty.unsubscribe(anna.member, mailing_type="mailings", channel="sms", by=make.BY, at=LATER)
    verdict(page, "email", "on its way")
    verdict(page, "sms", "on its way")
    visitor.look_everywhere("both-consents-crossing")


def test_the_bridge_says_where_a_change_is_going_and_when_it_is_there(
    anna: cast.Role, visit: Callable[..., Visit]
) -> None:
    page = visit(DESK).go("/demo/consent/")
    verdict(page, "email", "agree")

    switch(anna, "email", is_on=False)
    page.get_by_text("Email is on its way to Loyalty.").wait_for()
    loyalty.unsubscribe(anna.member, mailing_type="mailings", channel="email", by=make.BY, at=LATER)
    verdict(page, "email", "agree")
    loyalty.set_cells(anna.member, {("mailings", "push"): False}, by=make.BY, at=LATER + timedelta(minutes=9))
    page.get_by_text("Push is on its way to Smart Communications.").wait_for()
    switch(anna, "push", is_on=False, minutes=9)
    page.get_by_text("Both systems agree on every channel that crosses.").wait_for()

    assert page.locator("#loyalty-mailings-push").get_attribute("data-stand") == "off"
    assert page.locator("#smartcomms-channel-push").get_attribute("data-stand") == "off"


def test_a_side_that_has_not_changed_is_left_alone(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    page = visit(DESK).go("/demo/consent/")
    verdict(page, "email", "agree")
    page.evaluate("for (const side of document.querySelectorAll('.side')) side.mine = 1")
    for door in ("loyalty", "smartcomms"):
        with page.expect_response(f"**/{door}") as answered:
            pass
        assert answered.value.status == 304

    assert page.evaluate("[...document.querySelectorAll('.side')].every((side) => side.mine)")


def test_whom_the_sister_does_not_know_is_not_compared(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    cast.max_()
    visitor = visit()
    page = visitor.go("/demo/consent/")
    page.fill("#search", "weber")
    page.keyboard.press("Enter")

    page.get_by_text("One of the two has not heard of this person.").wait_for()
    visitor.look_everywhere("both-consents-unknown")


def test_the_list_of_several_and_of_nobody_holds(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    cast.max_()
    make.member(first_name="Maxine", last_name="Weatherby", email="maxine@example.org")
    visitor = visit()
    visitor.go("/demo/consent/?q=max")
    visitor.look_everywhere("both-consents-several")
    visitor.go("/demo/consent/?q=nobody")
    visitor.look_everywhere("both-consents-nobody")
