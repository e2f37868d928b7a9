"""An administrator of an empty programme clicks the way to a till with a key, copies the command, and takes the key away."""

from collections.abc import Callable

import pytest

from regulars.access import team
from regulars.access.models import TeamContact, TillKey
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.stores.models import Store, Till
from tests import make
from tests.web.backoffice import staff
from tests.web.browser.visitor import DESK, SCREENS, Visit

pytestmark = pytest.mark.browser


def enter(visit: Callable[..., Visit]) -> Visit:
    visitor = visit(DESK, permissions=["clipboard-read", "clipboard-write"])
    visitor.cookie("sessionid", staff.signed_in("administrator").cookies["sessionid"].value)
    return visitor


def look(visitor: Visit, name: str) -> None:
    """Look at an open page on every screen; its script reads the colour scheme when the page opens."""
    url = visitor.page.url.removeprefix(visitor.address)
    for visitor.screen in SCREENS:
        visitor.page.set_viewport_size({"width": visitor.screen.width, "height": visitor.screen.height})
        visitor.page.emulate_media(color_scheme=visitor.screen.scheme)
        visitor.go(url)
        visitor.look(name)
    visitor.page.set_viewport_size({"width": DESK.width, "height": DESK.height})


def test_three_steps_lead_from_nothing_to_a_till_that_is_let_in(
    transactional_db: None, visit: Callable[..., Visit]
) -> None:
    make.programme()
    visitor = enter(visit)
    page = visitor.go(staff.list_of("backoffice", Store))
    look(visitor, "desk-no-store")
    page.get_by_role("link", name="Add a store").last.click()
    page.locator("input[name=company]").wait_for()
    look(visitor, "desk-add-store")
    page.fill("input[name=company]", "Corner Market")
    page.fill("input[name=name]", "High Street")
    page.fill("input[name=code]", "17")
    page.locator(".desk-act button[type=submit]").click()

    page.get_by_text("Now put a till into it").first.wait_for()
    page.get_by_role("link", name="Add a till").last.click()
    page.locator("input[name=name]").wait_for()
    look(visitor, "desk-add-till")
    page.fill("input[name=name]", "Till 3")
    page.fill("input[name=code]", "3")
    page.locator(".desk-act button[type=submit]").click()

    page.get_by_text("Now make its key").first.wait_for()
    look(visitor, "desk-new-till")
    page.get_by_role("link", name="Make a key").last.click()
    page.get_by_label("Live").wait_for()
    look(visitor, "desk-kind-of-key")
    page.get_by_label("For tests").check()
    page.locator(".desk-act button[type=submit]").click()
    page.locator("#key").wait_for()
    visitor.look_everywhere("desk-key-for-tests")

    page.get_by_role("button", name="Copy the command").click()
    page.get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    key = page.locator("#key").inner_text()
    assert copied.startswith(f'curl -H "Authorization: Bearer {key}" http')
    assert stores.find_by_key(key).is_for_tests  # type: ignore[union-attr]


def test_the_pages_of_tills_keys_and_team_hold(transactional_db: None, visit: Callable[..., Visit]) -> None:
    staff.shop()
    team.add_contact("olga.a-very-long-name-of-a-mailbox@marketing.example.org", note="Olga", by=make.BY, at=make.AT)
    visitor = enter(visit)
    for name, path in {
        "desk-tills": staff.list_of("backoffice", Till),
        "desk-till": staff.page_of("backoffice", Till.objects.get()),
        "desk-till-keys": staff.list_of("backoffice", TillKey),
        "desk-till-key": staff.page_of("backoffice", TillKey.objects.get()),
        "desk-team": staff.list_of("backoffice", TeamContact),
        "desk-add-contact": f"{staff.list_of('backoffice', TeamContact)}add_contact/",
    }.items():
        visitor.go(path)
        look(visitor, name)
