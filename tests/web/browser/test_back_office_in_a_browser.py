"""The back office in a real browser: the side bar, Ctrl+K, a day in pictures, the story of a receipt, a member, settings."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from regulars.kit import clock
from regulars.loyalty.members.models import Member
from regulars.loyalty.notifications.models import Rule
from regulars.loyalty.points.models import Lot
from regulars.loyalty.programme.models import PointsCurrency, Programme
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.subscriptions.models import MailingType
from tests.web.backoffice import staff
from tests.web.browser.test_desks_in_a_browser import enter, look
from tests.web.browser.visitor import DESK, PHONE, SCREENS, Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def week(transactional_db: None, still_clock: Any) -> Member:
    """A shop with two weeks of receipts, some of them anonymous."""
    anna = staff.shop()
    first = Purchase.objects.get()
    now = clock.now()
    for number in range(400):
        first.pk, first.number = None, f"S-{number}"
        first.confirmed_at = first.sold_at = now - timedelta(minutes=51 * number)
        first.total, first.discount = 350 + 791 * number % 4000, 13 * number % 90
        first.member_id = anna.pk if number % 3 else None
        first.points_earned, first.points_spent = (first.total // 40, 60 * (number % 5 == 0)) if number % 3 else (0, 0)
        first.public_id = f"pur_{number}"
        first.save(force_insert=True)
    Lot.objects.update(expires_at=now + timedelta(days=20))
    return anna


def test_todays_page_tells_a_day_a_week_and_a_month(week: Member, visit: Callable[..., Visit]) -> None:
    visitor = enter(visit)

    for period in ("day", "week", "month"):
        look(visitor, f"/backoffice/?period={period}", f"today-{period}")
    page = visitor.page
    page.locator(".desk-why summary").first.click()
    page.get_by_text("What customers paid on confirmed receipts").wait_for()
    visitor.look("today-why")
    page.get_by_label("Earlier month").click()
    page.get_by_label("Later month").click()
    page.get_by_text("As a table").first.click()
    visitor.look("today-table")


def test_a_new_programme_shows_its_first_steps_until_they_are_put_away(
    transactional_db: None, visit: Callable[..., Visit]
) -> None:
    visitor = enter(visit)
    look(visitor, "/backoffice/", "opening")
    page = visitor.page
    page.fill("[name=name]", "Corner Club")
    page.locator(".desk-act button[type=submit]").click()

    page.get_by_text("First steps").wait_for()
    look(visitor, "/backoffice/", "first-steps")
    page.get_by_role("button", name="Put away").click()

    page.get_by_text("As of").wait_for()
    assert page.get_by_text("First steps").count() == 0


def test_a_receipt_and_a_member_tell_their_story(week: Member, visit: Callable[..., Visit]) -> None:
    visitor = enter(visit)

    look(visitor, staff.page_of("backoffice", Purchase.objects.get(number="R-1")), "story")
    look(visitor, staff.page_of("backoffice", week), "member-page")


def test_settings_are_cards_with_what_they_do(week: Member, visit: Callable[..., Visit]) -> None:
    visitor = enter(visit)
    programme, currency = Programme.objects.get(), PointsCurrency.objects.get()
    at = staff.page_of("backoffice", programme)

    look(visitor, at.replace("change", "set_consent"), "settings-consent")
    visitor.page.locator(".desk-act button[type=submit]").click()
    visitor.page.get_by_text("It was so already").wait_for()
    visitor.go(at.replace("change", "set_name"))
    visitor.page.fill("[name=name]", "Corner and Crumb")
    visitor.page.locator(".desk-act button[type=submit]").click()
    visitor.page.get_by_text("It is set").wait_for()
    visitor.page.get_by_text("History").first.click()
    visitor.look("settings-history")
    for address, name in (
        (at, "settings"),
        (staff.page_of("backoffice", currency), "settings-currency"),
        (staff.list_of("backoffice", MailingType), "mailing-types"),
        (staff.list_of("backoffice", MailingType) + "add/", "mailing-type-add"),
        (staff.page_of("backoffice", MailingType.objects.get(code="mailings")), "mailing-type"),
        (staff.page_of("backoffice", Rule.objects.get(event="loyalty.Tested")).replace("change", "set_text"), "rule"),
    ):
        look(visitor, address, name)


def test_lists_have_search_filters_and_a_file(week: Member, visit: Callable[..., Visit]) -> None:
    visitor = enter(visit)
    address = staff.list_of("backoffice", Purchase)

    look(visitor, address, "purchases")
    look(visitor, address + "?q=nothing-like-it", "purchases-none")
    page = visitor.go(address + "?q=R-1")
    with page.expect_download() as leaving:
        page.get_by_text("Export as CSV").click()

    text = leaving.value.path().read_text()
    assert leaving.value.suggested_filename.startswith("purchases-")
    assert text.count("\n") == 2


def test_the_side_bar_opens_where_one_stands_and_on_the_phone(week: Member, visit: Callable[..., Visit]) -> None:
    visitor = enter(visit, screen=DESK)
    page = visitor.go(staff.list_of("backoffice", MailingType))

    here = page.locator('nav [aria-current="page"]')
    assert here.inner_text().split("\n")[-1] == "Mailing types"
    assert page.locator("details.desk-part[open]").count() == 1
    page.locator("summary.desk-part-title", has_text="Points").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Lines of the book").wait_for()
    visitor.look("side-bar")

    phone = enter(visit, screen=PHONE)
    page = phone.go("/backoffice/")
    page.locator("#header-inner .material-symbols-outlined", has_text="dock_to_right").first.click()
    page.get_by_role("link", name="Purchases").wait_for()
    phone.look("side-bar")


def test_ctrl_k_finds_a_page_and_a_receipt_by_keyboard_alone(week: Member, visit: Callable[..., Visit]) -> None:
    visitor = enter(visit)
    page = visitor.page

    for visitor.screen in SCREENS:
        page.set_viewport_size({"width": visitor.screen.width, "height": visitor.screen.height})
        page.emulate_media(color_scheme=visitor.screen.scheme)
        visitor.go("/backoffice/")
        page.keyboard.press("Control+k")
        page.locator("#search-input-command").wait_for()
        page.keyboard.type("R-1", delay=30)
        page.locator(".desk-found a").first.wait_for()
        visitor.look("ctrl-k")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_text("What happened").wait_for()

    page.keyboard.press("Control+k")
    page.keyboard.type("gatew", delay=30)
    page.locator(".desk-found a", has_text="Gateways").first.wait_for()
