"""The two desks of employees in a real browser: pages on every screen, an offer that goes out, a key that is shown once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model

from regulars.access import queries as keys
from regulars.loyalty.goods.models import Product
from regulars.loyalty.members.models import Member
from regulars.loyalty.offers.models import Offer
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores.models import Till
from regulars.smartcomms.customers.models import Customer
from regulars.smartcomms.subscriptions.models import Category
from tests.web.backoffice import staff
from tests.web.browser.visitor import DESK, SCREENS, Screen, Visit

pytestmark = pytest.mark.browser
LONG = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"


@pytest.fixture
def shop(transactional_db: None, still_clock: Any) -> Member:
    """A shop with a row in every table, more money than a narrow card holds, and a name longer than a column."""
    anna = staff.shop()
    Member.objects.filter(pk=anna.pk).update(last_name=LONG)
    Customer.objects.update(last_name=LONG)
    Purchase.objects.update(total=123_456_789_00)
    Product.objects.update(name=f"{LONG} biscuits, own brand, 12 pieces")
    return anna


def enter(visit: Callable[..., Visit], role: str = "administrator", screen: Screen = DESK, **options: Any) -> Visit:
    """A browser in which an employee with a role is signed in."""
    visitor = visit(screen, **options)
    visitor.cookie("sessionid", staff.signed_in(role).cookies["sessionid"].value)
    return visitor


def look(visitor: Visit, path: str, name: str) -> None:
    """Look at a page of a desk on every screen; its script reads the colour scheme when the page opens."""
    for visitor.screen in SCREENS:
        visitor.page.set_viewport_size({"width": visitor.screen.width, "height": visitor.screen.height})
        visitor.page.emulate_media(color_scheme=visitor.screen.scheme)
        visitor.go(path)
        visitor.look(name)


PAGES: dict[str, tuple[str, type[Model]]] = {
    "member": ("backoffice", Member),
    "purchase": ("backoffice", Purchase),
    "offer": ("backoffice", Offer),
    "till": ("backoffice", Till),
    "customer": ("smartcomms", Customer),
    "category": ("smartcomms", Category),
}


@pytest.mark.parametrize("name", PAGES)
def test_lists_and_pages_of_rows_hold_on_every_screen(shop: Member, visit: Callable[..., Visit], name: str) -> None:
    system, model = PAGES[name]
    visitor = enter(visit)

    look(visitor, staff.list_of(system, model), f"desk-{name}s")
    look(visitor, staff.page_of(system, model._default_manager.all()[0]), f"desk-{name}")


@pytest.mark.parametrize("system", staff.DESKS)
def test_todays_page_holds_and_every_figure_stays_in_its_card(
    shop: Member, visit: Callable[..., Visit], system: str
) -> None:
    visitor = enter(visit)

    for screen in SCREENS:
        visitor.page.set_viewport_size({"width": screen.width, "height": screen.height})
        page = visitor.go(f"/{system}/")
        cut = "(all) => all.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.innerText)"
        assert page.eval_on_selector_all(".desk-stat-value", cut) == []
        tall = page.eval_on_selector_all(".desk-table tr", "(all) => Math.max(...all.map((e) => e.offsetHeight))")
        assert tall < 110
    look(visitor, f"/{system}/", f"desk-today-{system}")


def test_the_key_of_a_till_is_seen_whole_on_every_screen_and_only_once(
    shop: Member, visit: Callable[..., Visit]
) -> None:
    till = Till.objects.get()
    visitor = enter(visit)
    page = visitor.go(staff.page_of("backoffice", till).replace("change", "issue_key"))
    page.get_by_label("Live").check()
    page.locator(".desk-act button[type=submit]").click()

    key = page.locator("#key").inner_text()
    visitor.look_everywhere("desk-key")
    assert keys.find_till_id(key) == till.pk
    page.get_by_text("Back to the till").click()
    page.locator("h2", has_text="Keys").wait_for()
    assert key not in page.content()


def test_a_customers_choices_are_told_in_words(shop: Member, visit: Callable[..., Visit]) -> None:
    visitor = enter(visit, "marketer")

    page = visitor.go("/smartcomms/")

    assert page.get_by_text("Whole channel off: SMS").count() == 1


def test_the_desk_is_walked_by_keyboard_and_shows_where_one_is(shop: Member, visit: Callable[..., Visit]) -> None:
    visitor = enter(visit)
    page = visitor.go(staff.list_of("backoffice", Member))
    seen = set()
    for _each in range(40):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e), p = getComputedStyle(e.parentElement);
            return [e.outerHTML.slice(0, 160), [s, p].some((x) => parseFloat(x.outlineWidth) >= 2
              && x.outlineStyle !== "none")]; }"""
        )
        seen.add(tuple(ring))

    assert [name for name, is_marked in seen if not is_marked and not name.startswith("<body")] == []
