"""The front page of the demo in a real browser: a shop at work with its phones; and the page of problem codes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from regulars.access import actions as access
from regulars.sandbox.record import Record, Taken
from regulars.web.public import figures
from tests import cast, make
from tests.web.browser.visitor import PHONE, SCREENS, Visit

pytestmark = pytest.mark.browser
ROLES = {"marketer": "marketer", "admin": "administrator", "operator": "operator", "auditor": "auditor"}
DOORS = {
    "cashier": "/till/", "anna": "/account/", "marketer": "/backoffice/", "smartcomms": "/smartcomms/",
    "operator": "/contact-centre/", "administrator": "/backoffice/", "auditor": "/backoffice/",
}  # fmt: skip


@pytest.fixture
def anna(transactional_db: None, still_clock: Any, settings: Any, tmp_path: Path) -> Iterator[cast.Role]:
    """Anna in the demo's shop, with the employees that its builder makes and a phone that has rung."""
    settings.IS_DEMO, settings.SANDBOX_RECORD = True, str(tmp_path / "record.jsonl")
    figures.forget()
    make.programme()
    make.till()
    for login, role in ROLES.items():
        access.add_employee(login, name=login.title(), roles=[role], password=None, by=make.BY, at=make.AT)
    entered = cast.anna()
    record = Record(tmp_path / "record.jsonl")
    text = "+48 points for your purchase. You have 1 248 now."
    record.take(Taken(1, 1_795_000_000.0, "1", 1, "Corner Club", "447700900001", text, 0, None, 0, "", 1, 1))
    yield entered
    figures.forget()


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_the_demo_front_page_holds_with_its_phones(anna: cast.Role, visit: Callable[..., Visit], locale: str) -> None:
    visitor = visit(locale=locale)
    page = visitor.go("/")
    page.get_by_text("+48 points").wait_for()

    assert page.get_by_text(cast.ANNA.phone or "").count() > 1
    visitor.look_everywhere(f"demo-front-{locale[:2]}")


def test_every_door_of_the_demo_opens_with_one_tap(anna: cast.Role, visit: Callable[..., Visit]) -> None:
    visitor = visit(PHONE)
    for role, door in DOORS.items():
        page = visitor.go("/")
        page.click(f"form[action$='/demo/sign-in/{role}'] button")
        page.locator("h1, #tiles, .strip, .code-card").first.wait_for()
        assert page.url.removeprefix(visitor.address).startswith(door)


def test_before_the_shop_is_there_the_page_looks_again_by_itself(
    transactional_db: None, still_clock: Any, settings: Any, visit: Callable[..., Visit]
) -> None:
    settings.IS_DEMO = True
    for screen in SCREENS:
        visitor = visit(screen)
        page = visitor.go("/")
        assert page.get_by_text("The shop is being set up.").is_visible()
        visitor.look("demo-filling")

    make.programme()
    cast.anna()

    page.get_by_text("A shop with 1 household is running.").wait_for()


def test_problem_codes_are_read_on_every_screen_and_found_by_their_address(visit: Callable[..., Visit]) -> None:
    visitor = visit()
    page = visitor.go("/docs/errors#card_blocked")
    visitor.look_everywhere("problem-codes")

    assert page.locator("#card_blocked dd").inner_text().startswith("The card is blocked.")
    assert page.evaluate("document.querySelector('#card_blocked').getBoundingClientRect().top") < 844
