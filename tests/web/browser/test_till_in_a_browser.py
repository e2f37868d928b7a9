"""The till as a cashier meets it: scans whatever has the focus, one key per act, nothing lost by a reload or a double tap."""

from collections.abc import Callable
from datetime import datetime

import pytest

from regulars.access import actions as access
from regulars.loyalty.members.models import Member
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.offers.models import Offer
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations
from regulars.loyalty.programme import actions as programme
from regulars.loyalty.purchases.models import Purchase
from regulars.web.till import tiles
from tests import cast, make
from tests.web.browser.counter import NEWEST, Till
from tests.web.browser.visitor import DESK, Screen, Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(transactional_db: None, still_clock: datetime) -> tuple[str, str]:
    """Goods, an offer that takes off and one that gives points, Anna with a card; answers the till's key and the card."""
    tiles.forget()
    make.programme()
    make.group("drinks")
    make.product("40061", name="Black tea", unit_price=250)
    make.product("50011", name="Cola", group="drinks", unit_price=169)
    for n in range(30):
        make.product(f"9{n:04}", name=f"Product {n}", unit_price=100 + n)
    make.series("app", prefix="2700", is_virtual=True)
    for new in (
        offers.NewOffer(name="10 % off drinks", benefit="discount", basis_points=1000, groups=("drinks",)),
        offers.NewOffer(name="5 % back", benefit="points", basis_points=500, is_cumulative=True),
    ):
        offers.publish(offers.draft(new, by=make.BY, at=make.AT), by=make.BY, at=make.AT)
    key = access.issue_till_key(make.till("3", at_store=make.store("17")).pk, by=make.BY, at=make.AT)
    return key, cast.anna().card.number


@pytest.fixture
def till(shop: tuple[str, str], visit: Callable[..., Visit]) -> Callable[..., Till]:
    def enter(screen: Screen = DESK, **options: object) -> Till:
        entered = Till(visit(screen, **options), *shop)
        entered.open()
        return entered

    return enter


def test_every_state_of_the_till_holds_on_every_screen(till: Callable[..., Till], screen: Screen) -> None:
    at = till(screen)
    at.visit.look("till-empty")
    at.scan("50011")
    at.sees(NEWEST, "Cola")
    at.scan(at.card)
    at.sees(".strip", "Anna")
    at.visit.look("till-basket")
    at.page.click("details.why > summary")
    at.visit.look("till-why")
    at.scan("2600000009999")
    at.sees(".till-said", "No product or card")
    at.visit.look("till-unknown")
    at.page.click("button[name=how][value=card]")
    at.sees(".paid", "paid by card")
    at.visit.look("till-paid")
    at.scan("+447700900777")
    at.sees(".join", "New member")
    at.visit.look("till-join")


@pytest.fixture
def points_at(till: Callable[..., Till]) -> Callable[..., Till]:
    """A till at which Anna, with 1,200 points, buys a tea and a cola, and totals are rounded down to ten pence."""

    def enter(screen: Screen = DESK, **options: object) -> Till:
        programme.set_rounding("down", step=10, by=make.BY, at=make.AT)
        anna = Member.objects.get(first_name="Anna")
        points.grant(anna.pk, 1200, key=operations.key("test", "grant", {}), by=make.BY, at=make.AT)
        at = till(screen, **options)
        if options.get("java_script_enabled", True):
            for code in (at.card, "40061", "50011"):
                at.scan(code)
            at.sees(NEWEST, "Cola")
        return at

    return enter


def test_paying_with_points_holds_on_every_screen(points_at: Callable[..., Till], screen: Screen) -> None:
    at = points_at(screen)
    at.sees(".totals", "Rounding")
    at.visit.look("till-points-offered")
    at.page.fill("#points", "150")
    at.page.click("button[name=some]")
    at.sees(".totals", "150 points")
    at.sees("button.charge", "Pay £2.50")
    at.visit.look("till-points-held")
    at.page.fill("#points", "9999")
    at.page.click("button[name=some]")
    at.sees(".till-said", "can use 1")
    at.visit.look("till-points-too-many")
    at.page.click("button[name=all]")
    at.sees("button.charge", "Finish")
    at.visit.look("till-points-all")
    at.page.click("button[name=none]")
    at.sees("button.charge", "Pay £4.00")
    at.page.fill("#points", "150")
    at.page.click("button[name=some]")
    at.sees("button.charge", "Pay £2.50")
    at.page.fill("#given", "5")
    at.page.click("button[name=how][value=cash]")
    at.sees(".paid .change", "£2.50")
    at.sees(".paid", "150 points paid £1.50")
    at.visit.look("till-points-paid")


def test_one_key_uses_all_points_and_one_takes_them_off(points_at: Callable[..., Till]) -> None:
    at = points_at()
    at.page.keyboard.press("a")
    at.sees("button.charge", "Finish")
    at.page.keyboard.press("t")
    at.sees("button.charge", "Pay £4.00")
    at.page.fill("#points", "100")
    at.page.keyboard.press("Enter")
    at.sees("button.charge", "Pay £3.00")
    at.page.keyboard.press("p")
    at.sees(".paid", "100 points paid £1.00")

    assert [each.points_spent for each in Purchase.objects.all()] == [100]


def test_a_cancelled_basket_gives_the_points_back(points_at: Callable[..., Till]) -> None:
    at = points_at()
    at.page.keyboard.press("a")
    at.sees("button.charge", "Finish")
    at.page.click("text=Cancel this basket")
    at.sees(".strip", "No card")

    at.scan(at.card)
    at.sees(".strip", "1\u00a0200")


def test_points_pay_without_script(points_at: Callable[..., Till]) -> None:
    at = points_at(java_script_enabled=False)
    at.page.click("#tiles button:has-text('Cola')")
    at.page.fill("#code", at.card)
    at.page.keyboard.press("Enter")
    at.page.click("button[name=all]")
    at.sees("button.charge", "Finish")
    at.page.click("button[name=how][value=card]")

    at.sees(".paid", "paid with points")


def test_the_door_holds_on_every_screen(shop: tuple[str, str], visit: Callable[..., Visit], screen: Screen) -> None:
    visitor = visit(screen)
    page = visitor.go("/till/")
    visitor.look("till-door")

    page.fill("#key", "wrong")
    page.keyboard.press("Enter")
    page.get_by_text("No open till has this key").first.wait_for()
    visitor.complaints.clear()  # the browser itself notes the answer 422
    visitor.look("till-door-refused")
    page.fill("#key", shop[0])
    page.keyboard.press("Enter")
    page.locator("#tiles").wait_for()


@pytest.mark.parametrize("focus", ["#code", "#given", "[name=quantity_1]", "#tiles button >> nth=3", "body"])
def test_a_scan_works_whatever_has_the_focus(till: Callable[..., Till], focus: str) -> None:
    at = till()
    at.scan("40061")
    at.sees(NEWEST, "Black tea")

    at.page.locator(focus).focus()
    at.scan("50011")
    at.sees(NEWEST, "Cola")

    assert at.lines == ["1 Cola", "1 Black tea"]
    assert at.page.input_value("#code") == ""
    assert at.page.input_value("#given") == ""


def test_scans_in_quick_succession_all_arrive(till: Callable[..., Till]) -> None:
    at = till()
    for code in ("40061", "50011", "40061", at.card, "40061"):
        at.scan(code)
    at.sees(".strip", "Anna")
    at.sees("#basket .lines .counter", "")
    at.counts("3")

    assert at.lines == ["3 Black tea", "1 Cola"]


def test_two_taps_on_a_tile_count_two(till: Callable[..., Till]) -> None:
    at = till()
    at.page.dblclick("#tiles button:has-text('Cola')")
    at.counts("2")

    assert at.lines == ["2 Cola"]


def test_the_newest_line_is_in_sight_and_marked(till: Callable[..., Till]) -> None:
    at = till()
    for n in range(14):
        at.scan(f"9{n:04}")
    at.sees(NEWEST, "Product 13")

    assert at.page.locator(NEWEST).count() == 1
    assert at.page.evaluate("document.activeElement === document.body")
    box, view = at.page.locator(NEWEST).bounding_box(), at.page.locator(".middle").bounding_box()
    assert view["y"] <= box["y"] <= view["y"] + view["height"] - box["height"]


def test_a_sale_with_a_member_takes_scans_and_one_key(till: Callable[..., Till]) -> None:
    at = till()
    at.scan("40061")
    at.scan(at.card)
    at.sees(".strip", "Anna")
    at.sees("button.charge", "Pay £2.50")
    at.page.keyboard.press("p")
    at.sees(".paid", "+13 points")
    at.sees(".paid", "now has 13")

    at.scan("50011")
    at.sees(NEWEST, "Cola")
    assert at.lines == ["1 Cola"]
    assert Purchase.objects.count() == 1


def test_one_key_undoes_the_last_act_and_another_explains(till: Callable[..., Till]) -> None:
    at = till()
    at.scan("50011")
    at.scan(at.card)
    at.sees(".strip", "Anna")
    at.page.keyboard.press("w")
    at.sees("details.why[open]", "10 % off drinks")
    at.page.keyboard.press("z")
    at.sees(".strip", "No card")

    assert at.lines == ["1 Cola"]


def test_a_reload_keeps_the_basket_and_another_tab_has_its_own(till: Callable[..., Till]) -> None:
    at = till()
    at.scan("50011")
    at.sees(NEWEST, "Cola")
    other = at.visit.context.new_page()
    other.goto(at.page.url)
    at.page.reload()
    at.sees(NEWEST, "Cola")

    assert at.lines == ["1 Cola"]
    assert other.locator("#basket .lines > li").count() == 0


def test_a_double_click_on_pay_confirms_once(till: Callable[..., Till]) -> None:
    at = till()
    at.scan("50011")
    at.sees(NEWEST, "Cola")
    at.page.dblclick("button[name=how][value=card]")
    at.sees(".paid", "paid by card")
    at.page.wait_for_load_state("networkidle")

    assert Purchase.objects.count() == 1


def test_enter_beside_the_cash_takes_the_payment_and_too_little_is_kept(till: Callable[..., Till]) -> None:
    at = till()
    at.scan("40061")
    at.sees(NEWEST, "Black tea")
    at.page.type("#given", "2", delay=60)
    at.page.keyboard.press("Enter")
    at.sees(".till-said", "£0.50 is missing")
    assert at.page.input_value("#given") == "2"

    at.page.keyboard.press("Escape")
    assert at.page.locator(".till-said").count() == 0
    at.page.fill("#given", "5")
    at.page.keyboard.press("Escape")
    at.page.keyboard.press("c")
    at.sees(".paid .change", "£2.50")


def test_a_name_is_typed_and_found(till: Callable[..., Till]) -> None:
    at = till()
    at.page.keyboard.press("/")
    at.page.locator("#code:focus").wait_for()
    at.page.type("#code", "col", delay=60)
    at.page.locator("#tiles li").nth(1).wait_for(state="detached")
    at.page.keyboard.press("Enter")
    at.sees(NEWEST, "Cola")

    at.page.locator("#tiles li").nth(5).wait_for()
    assert at.page.input_value("#code") == ""


def test_an_unknown_phone_joins_with_one_key_or_is_skipped_with_one(till: Callable[..., Till]) -> None:
    at = till()
    at.scan("+447700900777")
    at.sees(".join", "New member")
    at.page.keyboard.press("s")
    at.page.locator(".join").wait_for(state="detached")

    at.scan("+447700900777")
    at.sees(".join", "New member")
    at.page.keyboard.press("y")
    at.sees(".till-said", "Joined")
    at.sees(".strip", "Card •••")


def test_without_the_network_nothing_is_lost(till: Callable[..., Till]) -> None:
    at = till()
    at.scan("50011")
    at.sees(NEWEST, "Cola")
    at.visit.context.set_offline(True)
    at.scan("40061")
    at.sees(".till-said", "No answer from the server")
    at.visit.context.set_offline(False)
    at.scan("40061")
    at.sees(NEWEST, "Black tea")

    assert at.lines == ["1 Black tea", "1 Cola"]


def test_a_sale_without_script(till: Callable[..., Till]) -> None:
    at = till(java_script_enabled=False)
    at.page.click("#tiles button:has-text('Cola')")
    at.page.click("[name=more]")
    at.page.fill("#code", at.card)
    at.page.keyboard.press("Enter")
    at.page.fill("[name=quantity_1]", "3")
    at.page.keyboard.press("Enter")
    assert at.page.input_value("[name=quantity_1]") == "3"
    at.page.fill("#given", "10")
    at.page.click("button[name=how][value=cash]")
    at.sees(".paid", "Anna now has")
    at.page.reload()
    at.sees(".paid", "Anna now has")

    assert Purchase.objects.count() == 1


def test_a_sale_by_keyboard_alone_shows_where_one_is(till: Callable[..., Till]) -> None:
    at = till()
    at.scan("50011")
    at.sees(NEWEST, "Cola")
    at.scan(at.card)
    at.sees(".strip", "Anna")
    ring = "getComputedStyle(document.activeElement).outlineWidth"
    for _each in range(60):
        at.page.keyboard.press("Tab")
        assert at.page.evaluate(ring) == "3px", at.page.evaluate("document.activeElement.outerHTML")
        if at.page.locator("button[name=how][value=card]:focus").count():
            break
    at.page.keyboard.press("Enter")
    at.sees(".paid", "paid by card")

    at.page.keyboard.press("n")
    at.sees(".strip", "No card")


def test_nothing_moves_for_who_asked_for_that(till: Callable[..., Till]) -> None:
    at = till()
    at.scan("50011")
    at.page.locator(NEWEST).wait_for()
    slow = "document.getAnimations().filter((a) => a.effect.getComputedTiming().duration > 10).length"

    assert at.page.evaluate(slow) == 0


def test_the_explanation_comes_into_sight_and_a_sale_without_points_says_so(till: Callable[..., Till]) -> None:
    at = till()
    for offer in Offer.objects.filter(benefit="points"):
        offers.stop(offer, by=make.BY, at=make.AT)
    at.scan(at.card)
    for n in range(8):
        at.scan(f"9{n:04}")
    at.sees(NEWEST, "Product 7")
    at.page.keyboard.press("w")
    at.page.locator("details.why[open] .why-list").wait_for()
    at.page.wait_for_function("""() => { const box = document.querySelector("details.why").getBoundingClientRect();
        return box.top < document.querySelector(".totals").getBoundingClientRect().top - 40; }""")

    at.page.keyboard.press("p")
    at.sees(".paid .earned", "No points this time")


def test_a_long_name_and_a_long_product_stay_in_their_places(
    shop: tuple[str, str], visit: Callable[..., Visit]
) -> None:
    name = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"
    member = make.member(first_name=name, last_name=name)
    make.product("777001", name=f"{name} biscuits, own brand, 12 pieces of 25 g", unit_price=99_999_99)
    at = Till(visit(), shop[0], make.card(member).number)
    at.open()
    at.scan(at.card)
    at.sees(".strip", name)
    at.scan("777001")
    at.sees(NEWEST, name)

    at.visit.look_everywhere("till-long")
