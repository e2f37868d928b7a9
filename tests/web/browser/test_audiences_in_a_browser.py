"""The builder of audiences in a real browser: rows come and go, the size follows, by mouse and by keyboard, on every screen."""

from collections.abc import Callable
from typing import Any

import pytest

from regulars.loyalty.audiences import actions as audiences
from regulars.loyalty.audiences import conditions as asked
from regulars.loyalty.audiences import queries
from regulars.loyalty.audiences.filters import Group
from regulars.loyalty.audiences.models import Audience
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.members.models import Member
from regulars.loyalty.points.models import Balance
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.stores import queries as stores
from tests import make
from tests.web.backoffice import staff
from tests.web.browser.visitor import DESK, PHONE, SCREENS, Visit

pytestmark = pytest.mark.browser
ADD = "/backoffice/loyalty_audiences/audience/add/"


@pytest.fixture
def club(transactional_db: None, still_clock: Any) -> list[Member]:
    """Six members: in Bath, Oxford and York, three of whom bought milk; each has 40 points more than the one before."""
    make.programme()
    make.product("4006", name="Whole milk", unit_price=199, group=make.group("milk"))
    make.group("bread")
    till = make.till()
    people = []
    for number, city in enumerate(("Bath", "Oxford", "York", "Bath", "Oxford", "York")):
        person = make.member(city=city, first_name=f"Robin {number}", email=f"robin{number}@example.org")
        Balance.objects.create(member_id=person.pk, currency_id=programme.get_currency().pk, available=40 * number)
        if number % 2 or number == 4:
            basket = Basket(
                (BasketLine(1, "4006", "Whole milk", 1000, 199),),
                make.AT,
                "GBP",
                Identifier("card", make.card(person).number),
            )
            checkout.confirm(
                f"R-{number}", basket, key=f"k-{number}", till=stores.get_till(till.pk), by=make.BY, at=make.AT
            )
        people.append(person)
    return people


def enter(visit: Callable[..., Visit], role: str = "senior marketer", **options: Any) -> Visit:
    visitor = visit(options.pop("screen", DESK), **options)
    visitor.cookie("sessionid", staff.signed_in(role).cookies["sessionid"].value)
    return visitor


def wait_for_size(page: Any, size: int) -> None:
    """Until the panel says so many members."""
    page.wait_for_function(
        "(size) => document.getElementById('audience-count')?.textContent === String(size)", arg=size
    )


def choose(page: Any, path: str, kind: str) -> None:
    """Choose what a new row asks, and wait for its fields."""
    page.select_option(f"#{path}-kind", kind)
    page.wait_for_selector(f"#{path} .audience-line:nth-of-type(2)")


def build(page: Any) -> None:
    """Bought milk in the last 30 days, at least 100 points, and in Bath or Oxford."""
    wait_for_size(page, 6)
    page.click("#f-add")
    choose(page, "f-0", "bought_category")
    page.fill("#f-0-group", "Milk")
    wait_for_size(page, 4)
    page.click("#f-add")
    choose(page, "f-1", "points_balance")
    page.fill("#f-1-least", "100")
    wait_for_size(page, 3)
    page.get_by_role("button", name="Add group").first.click()
    choose(page, "f-2-0", "city")
    page.fill("#f-2-0-city", "bath")
    page.keyboard.press("Enter")
    page.wait_for_selector("#f-2-0 .audience-chip")
    wait_for_size(page, 1)
    page.click("#f-2-add")
    choose(page, "f-2-1", "city")
    page.fill("#f-2-1-city", "Oxford")
    page.keyboard.press("Tab")
    page.wait_for_selector("#f-2-1 .audience-chip")
    wait_for_size(page, 2)


def test_an_audience_is_built_beside_its_size_saved_and_opened_again(
    club: list[Member], visit: Callable[..., Visit]
) -> None:
    visitor = enter(visit)
    page = visitor.go(ADD)
    build(page)
    said = page.locator("#audience-sentence").inner_text()
    page.fill("#audience-name", "Milk in Bath or Oxford")
    visitor.look_everywhere("audience-built")
    visitor.page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("button", name="Save audience").click()
    page.get_by_text("is saved").first.wait_for()

    made = Audience.objects.get()
    assert queries.get_filter(made) == Group(
        "all",
        (
            asked.BoughtCategory("milk", 30),
            asked.PointsBalance("points", 100),
            Group("any", (asked.City(("Bath",)), asked.City(("Oxford",)))),
        ),
    )
    assert said == (
        "Members who bought Milk in the last 30 days, have at least 100 points and (live in Bath or live in Oxford)"
    )
    page.get_by_role("link", name="Milk in Bath or Oxford").first.click()
    wait_for_size(page, 2)
    assert page.input_value("#f-0-group") == "Milk"
    assert page.locator("#f-2-1 .audience-chip").inner_text().strip() == "Oxford"
    assert page.locator("#f-0-alone").inner_text() == "4 members by this alone"
    assert "Robin" in page.locator(".audience-size .desk-table").inner_text()
    visitor.look("audience-opened")


def test_rows_are_added_chosen_and_removed_by_keyboard(club: list[Member], visit: Callable[..., Visit]) -> None:
    page = enter(visit).go(ADD)
    wait_for_size(page, 6)
    page.focus("#f-add")

    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'f-0-kind'")
    page.keyboard.type("City")
    page.wait_for_selector("#f-0-city")
    page.wait_for_function("document.activeElement.id === 'f-0-kind'")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.wait_for_function("document.activeElement.id === 'f-0-city'")
    page.keyboard.type("York")
    page.keyboard.press("Enter")
    page.wait_for_selector("#f-0 .audience-chip")
    wait_for_size(page, 2)
    page.focus("#f-0 .audience-remove")
    page.keyboard.press("Enter")

    wait_for_size(page, 6)
    page.wait_for_function("document.activeElement.id === 'f-add'")


def test_a_row_that_is_not_finished_is_said_and_not_counted_and_marked_when_saved(
    club: list[Member], visit: Callable[..., Visit]
) -> None:
    visitor = enter(visit, screen=PHONE)
    page = visitor.go(ADD)
    wait_for_size(page, 6)
    page.click("#f-add")
    choose(page, "f-0", "bought_category")
    page.get_by_text("Bought from a group: Choose a product group.").wait_for()
    page.fill("#audience-name", "Buyers")
    page.get_by_role("button", name="Save audience").click()

    page.get_by_text("Some conditions are not finished").wait_for()
    assert page.input_value("#audience-name") == "Buyers"
    assert page.locator("#f-0-group").get_attribute("aria-invalid") == "true"
    wait_for_size(page, 6)
    visitor.look_everywhere("audience-refused")
    assert not Audience.objects.exists()


def test_the_figures_stay_in_sight_on_a_phone(club: list[Member], visit: Callable[..., Visit]) -> None:
    page = enter(visit, screen=PHONE).go(ADD)
    wait_for_size(page, 6)
    for place in range(6):
        page.click("#f-add")
        page.wait_for_selector(f"#f-{place}-kind")

    page.evaluate("scrollTo(0, 0)")

    box = page.locator(".audience-figures").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE.height + 1


def test_lists_and_pages_hold_on_every_screen(club: list[Member], visit: Callable[..., Visit]) -> None:
    audience = audiences.save(
        "Milk drinkers", filter=Group("all", (asked.BoughtCategory("milk", 30),)), by=make.BY, at=make.AT
    )
    archived = audiences.copy(audience, by=make.BY, at=make.AT)
    audiences.archive(archived, by=make.BY, at=make.AT)
    visitor = enter(visit)

    for name, path in (
        ("audiences", staff.list_of("backoffice", Audience)),
        ("audience-archived", staff.page_of("backoffice", archived)),
        ("audience-copy", staff.page_of("backoffice", audience).replace("change", "copy")),
    ):
        for visitor.screen in SCREENS:
            visitor.page.set_viewport_size({"width": visitor.screen.width, "height": visitor.screen.height})
            visitor.page.emulate_media(color_scheme=visitor.screen.scheme)
            visitor.go(path)
            visitor.look(name)
