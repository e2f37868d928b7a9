"""Employees' sign-in in a real browser: the first administrator, an operator who is let in by a link, and a passkey."""

from collections.abc import Callable
from typing import Any

import pytest

from regulars.access import actions as access
from regulars.access.models import Employee
from regulars.web.public.first_visit import setup_word
from tests import make
from tests.web.browser.visitor import DESK, PHONE, SCREENS, Visit
from tests.web.staff.phone import GOOD, code

pytestmark = pytest.mark.browser
PASSKEYS = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture(autouse=True)
def outside(settings: Any, transactional_db: None, live_server: Any) -> None:
    """As outside of tests: the second factor is required, and links lead to this server."""
    settings.SECOND_FACTOR_REQUIRED = True
    settings.PUBLIC_ADDRESS = live_server.url


def enrol(visitor: Visit, name: str) -> str:
    """Read the secret below the QR code as a phone would, and type its code; answers the secret."""
    page = visitor.page
    page.get_by_role("heading", name="Set up your second factor").wait_for()
    visitor.look_everywhere(f"staff-app-{name}")
    page.get_by_text("Type the secret instead").click()
    secret: str = page.locator("#secret").inner_text()
    visitor.look_everywhere(f"staff-app-secret-{name}")
    page.fill("[name=code]", code(secret, step=-1))
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("heading", name="Keep these recovery codes").wait_for()
    assert page.locator("#codes li").count() == 10
    visitor.look_everywhere(f"staff-codes-{name}")
    return secret


def type_password(visitor: Visit, login: str) -> None:
    visitor.page.fill("[name=login]", login)
    visitor.page.fill("[name=password]", GOOD)
    visitor.page.keyboard.press("Enter")


def look(visitor: Visit, path: str, name: str) -> None:
    """Look at a page of a desk on every screen; its script reads the colour scheme when the page opens."""
    for visitor.screen in SCREENS:
        visitor.page.set_viewport_size({"width": visitor.screen.width, "height": visitor.screen.height})
        visitor.page.emulate_media(color_scheme=visitor.screen.scheme)
        visitor.go(path)
        visitor.look(name)


def test_the_first_administrator_and_an_operator_find_their_way_in(visit: Callable[..., Visit]) -> None:
    ada = visit(DESK)
    page = ada.go(f"/?word={setup_word()}")
    page.fill("[name=login]", "ada")
    page.fill("[name=password]", GOOD)
    page.fill("[name=name]", "Corner Club")
    page.get_by_role("button", name="Open the shop").click()
    secret = enrol(ada, "first")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    kept = saved.value.path().read_text().split("\n")
    assert (len(kept), saved.value.suggested_filename) == (11, "recovery-codes-ada.txt")
    page.get_by_role("link", name="I have kept them").click()
    page.locator("h1", has_text="Today").wait_for()

    ada.go("/staff/")
    ada.look_everywhere("staff-own")
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_role("heading", name="Sign in").wait_for()
    ada.look_everywhere("staff-sign-in")
    page.fill("[name=login]", "ada")
    page.fill("[name=password]", "guess")
    page.keyboard.press("Enter")
    page.get_by_text("do not belong together").wait_for()
    ada.look_everywhere("staff-sign-in-refused")
    type_password(ada, "ada")
    page.get_by_role("heading", name="One more step").wait_for()
    ada.look_everywhere("staff-code")
    digits = code(secret)
    page.fill("[name=code]", digits)
    page.keyboard.press("Enter")
    page.locator("h1", has_text="Today").wait_for()

    elsewhere = visit(PHONE)
    elsewhere.go("/backoffice/")
    type_password(elsewhere, "ada")
    elsewhere.page.fill("[name=code]", digits)
    elsewhere.page.keyboard.press("Enter")
    elsewhere.page.get_by_text("This code was used already").wait_for()
    elsewhere.look_everywhere("staff-code-refused")

    look(ada, "/backoffice/access/employee/invite/", "staff-desk-invite")
    page.fill("[name=login]", "olga")
    page.fill("[name=name]", "Olga Berg")
    page.locator("[name=roles][value=operator]").check()
    page.locator(".desk-act button[type=submit]").click()
    link = page.locator("#link").inner_text()
    ada.look("staff-desk-link")

    olga = visit(PHONE)
    olga.page.goto(link)
    olga.page.get_by_role("heading", name="Welcome, Olga Berg").wait_for()
    olga.look_everywhere("staff-set-up")
    olga.page.fill("#password", GOOD)
    olga.page.fill("#again", GOOD)
    olga.page.get_by_role("button", name="Choose this password").click()
    enrol(olga, "operator")
    olga.page.get_by_role("link", name="I have kept them").click()
    olga.page.wait_for_url("**/contact-centre/")
    assert olga.page.goto(f"{olga.address}/backoffice/access/employee/").status == 403
    assert olga.page.goto(f"{olga.address}/backoffice/loyalty_members/member/").status == 200
    olga.complaints.clear()
    olga.page.goto(link)
    olga.page.get_by_role("heading", name="This link does not open any more").wait_for()
    olga.complaints.clear()
    olga.look_everywhere("staff-link-gone")

    number = Employee.objects.get(login="olga").pk
    look(ada, f"/backoffice/access/employee/{number}/change/", "staff-desk-olga")
    look(ada, f"/backoffice/access/employee/{number}/take_away_factors/", "staff-desk-take-away")
    look(ada, f"/backoffice/access/employee/{number}/change_roles/", "staff-desk-change")
    look(ada, "/backoffice/access/employee/", "staff-desk-employees")
    look(ada, "/backoffice/access/employee/who_may_what/?may=members.export", "staff-desk-who-may")


def test_a_passkey_stands_in_for_the_code(visit: Callable[..., Visit]) -> None:
    make.programme()
    access.add_employee("ada", name="Ada", roles=["administrator"], password=GOOD, by=make.BY, at=make.AT)
    ada = visit(DESK)
    page, devtools = ada.page, ada.context.new_cdp_session(ada.page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEYS})
    ada.go("/backoffice/")
    type_password(ada, "ada")
    page.get_by_role("link", name="Use a passkey instead").click()
    ada.look_everywhere("staff-passkey-add")
    page.fill("[name=name]", "This laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("heading", name="Keep these recovery codes").wait_for()
    page.get_by_role("link", name="I have kept them").click()
    page.locator("h1", has_text="Today").wait_for()

    ada.go("/staff/")
    page.get_by_text("Passkey “This laptop”").wait_for()
    ada.look_everywhere("staff-own-passkey")
    page.get_by_role("button", name="Sign out").first.click()
    type_password(ada, "ada")
    ada.look_everywhere("staff-code-passkey")
    page.get_by_role("button", name="Use your passkey").click()
    page.locator("h1", has_text="Today").wait_for()

    ada.go("/staff/")
    page.get_by_role("link", name="Remove the passkey").click()
    ada.look_everywhere("staff-passkey-remove")
    page.get_by_role("button", name="Remove the passkey").click()
    page.get_by_text("The passkey is removed.").wait_for()
    ada.go("/backoffice/")
    page.get_by_role("heading", name="Set up your second factor").wait_for()


def test_pages_that_one_meets_rarely_hold_too(visit: Callable[..., Visit]) -> None:
    make.programme()
    access.add_employee("ada", name="Ada", roles=["administrator"], password=GOOD, by=make.BY, at=make.AT)
    ada = visit(DESK)
    ada.go("/backoffice/")
    type_password(ada, "ada")
    enrol(ada, "again")

    for path, name in (
        ("/staff/password/", "password"), ("/staff/app/remove/", "app-remove"), ("/staff/recovery-codes/new/", "codes-new"),
        ("/staff/again/", "again"), ("/staff/again/code/", "again-code"), ("/staff/passkeys/add/", "passkey-add-too"),
    ):  # fmt: skip
        ada.go(path)
        ada.look_everywhere(f"staff-{name}")
