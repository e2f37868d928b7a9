"""A newcomer joins on her phone with the code that arrives there, buys at the till, and sees where her points come from."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from regulars.access import actions as access
from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.loyalty.members import queries as people
from regulars.loyalty.members import sign_in
from regulars.loyalty.members.models import Member
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.points import queries as points
from regulars.loyalty.programme import actions as programme
from regulars.loyalty.stores import queries as stores
from regulars.messages.models import Message
from regulars.sandbox import inbox
from regulars.web.account import session
from tests import make
from tests.stories.conftest import until
from tests.web.browser.counter import Till
from tests.web.browser.street import Street, opened
from tests.web.browser.visitor import DESK, PHONE, Screen, Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stories")]
NUMBER = "+447700900123"
LANGUAGES = pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
SMALL_TARGETS = """() => [...document.querySelectorAll("main :is(button, a.button, input:not([type=hidden], [type=checkbox]))")]
    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML.slice(0, 80))"""


@pytest.fixture
def street(browser: Any, django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[Street]:
    with opened(tmp_path, django_db_blocker) as running:
        back = offers.NewOffer(name="10 % back in points", benefit="points", basis_points=1000, lifetime_days=365)
        offers.publish(offers.draft(back, by=make.BY, at=clock.now()), by=make.BY, at=clock.now())
        yield running


@pytest.fixture
def enter(browser: Any, street: Street) -> Iterator[Callable[..., Visit]]:
    """Opens a browser in the street."""
    visits: list[Visit] = []

    def arrive(screen: Screen) -> Visit:
        visits.append(Visit(browser, street.address, screen, {}))
        visits[-1].context.set_default_timeout(30_000)
        return visits[-1]

    yield arrive
    for each in visits:
        each.context.close()


def test_she_joins_with_the_code_on_her_phone_and_sees_her_points_after_a_purchase(
    street: Street, enter: Callable[..., Visit], tmp_path: Path
) -> None:
    nora, record = enter(PHONE), tmp_path / "demo.jsonl"
    page = nora.go("/account/")
    page.fill("#phone", "07700 900123")
    page.keyboard.press("Enter")
    page.wait_for_selector("#code")
    arrived = until(lambda: inbox.messages_for(record, NUMBER))[0]
    found = re.search(r"\d{6}", arrived.text)
    assert found is not None
    page.fill("#code", f" {found[0][:3]} {found[0][3:]} ")
    page.keyboard.press("Enter")
    page.fill("#first_name", "Nora")
    page.keyboard.press("Enter")
    page.get_by_text("Welcome, Nora").wait_for()
    digits = page.locator(".code-card .digits").inner_text().replace("\u00a0", "")
    assert page.locator(".balance .pill").inner_text().startswith("0 ")

    till = Till(enter(DESK), _key_of_a_till(), digits)
    till.open()
    till.page.click("#tiles button:has-text('Tea')")
    till.sees(".lines", "Tea")
    till.scan(digits)
    till.sees(".strip", "Nora")
    till.page.click("button[name=how][value=card]")
    till.sees(".paid", "+35 points")

    page = nora.go("/account/")
    assert page.locator(".balance .pill").inner_text() == "35 points"
    page.get_by_role("link", name="All points").click()
    lot = page.locator("ol.ledger li").first
    assert re.search(r"receipt .+ · from .+, usable at once · until", lot.inner_text().replace("\n", " "))
    assert lot.locator(".amount").inner_text() == "35"
    lot.locator("a").click()
    page.get_by_text("10 % back in points").wait_for()
    assert page.locator(".sum-line .num").inner_text() == "£3.50"
    assert nora.complaints == []

    member = people.find_by_phone(NUMBER)
    assert member is not None
    assert points.audit().holds()


@LANGUAGES
def test_a_first_visit_weighs_little_and_asks_only_our_own_host(
    browser: Any, street: Street, locale: str, record_property: Callable[[str, object], None]
) -> None:
    """Over the wire, fonts included, from the real server with its compression, each page in a browser that knows nothing."""
    for path in ("/", "/account/sign-in/", "/account/"):
        visitor = Visit(browser, street.address, PHONE, {"locale": locale})
        if path == "/account/":
            visitor.cookie(session.COOKIE, _session_of(street.anna))
        weight, hosts = weighed(visitor, path)
        record_property(f"{path} {locale}", weight)
        print(f"{path} {locale}: {weight / 1024:.1f} KiB")
        assert weight <= 120 * 1024, f"{path}: {weight / 1024:.0f} KiB"
        assert hosts == {street.address}
        assert visitor.page.url == street.address + path
        visitor.context.close()


def weighed(visitor: Visit, path: str) -> tuple[float, set[str]]:
    """What a page and all that it loads take over the wire, in bytes, and from which hosts."""
    wire, sizes, hosts = visitor.context.new_cdp_session(visitor.page), list[float](), set[str]()
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": False})
    wire.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    visitor.page.on("request", lambda asked: hosts.add("/".join(asked.url.split("/")[:3])))
    visitor.page.goto(visitor.address + path, wait_until="networkidle")
    return sum(sizes), hosts


def _session_of(member: Member) -> str:
    phone, at = people.get_contacts(member).phone, clock.now()
    asked = sign_in.ask_code(phone, at=at)
    return sign_in.sign_in(phone, str(asked.code), by=Actor("member", "", "account"), at=at).token


def _key_of_a_till() -> str:
    return access.issue_till_key(stores.list_tills()[0].till_id, by=make.BY, at=clock.now())


@pytest.fixture
def club(transactional_db: None, still_clock: Any) -> None:
    make.programme()
    make.series("app", prefix="2610", is_virtual=True)


def typed_code() -> str:
    found = re.search(r"\d{6}", Message.objects.latest("id").text)
    assert found is not None
    return found[0]


def walk(visitor: Visit, look: Callable[[str], None], name: str = "Nora") -> Any:
    """From the front page to home, looking at each screen on the way."""
    page = visitor.go("/account/sign-in/")
    look("sign-in")
    page.fill("#phone", NUMBER)
    page.click("main button")
    page.wait_for_selector("#code")
    look("code")
    page.fill("#code", typed_code())
    page.click("main button >> nth=0")
    page.wait_for_selector("#first_name")
    look("join")
    page.fill("#first_name", name)
    page.click("main button >> nth=0")
    page.wait_for_selector(".code-card")
    look("home")
    return page


@LANGUAGES
def test_every_screen_of_joining_holds_everywhere(club: None, visit: Callable[..., Visit], locale: str) -> None:
    visitor = visit(PHONE, locale=locale)

    def look(name: str) -> None:
        visitor.look_everywhere(f"joining-{name}-{locale[:2]}")
        visitor.page.set_viewport_size({"width": PHONE.width, "height": PHONE.height})
        assert visitor.page.evaluate(SMALL_TARGETS) == [], name

    page = walk(visitor, look)

    page.goto(visitor.address + "/account/points/")
    look("points")


@LANGUAGES
@pytest.mark.parametrize("mode", ["optional", "mandatory"])
def test_the_question_about_messages_holds_everywhere_and_is_answered_without_script(
    club: None, visit: Callable[..., Visit], locale: str, mode: str
) -> None:
    programme.set_consent_mode(mode, by=make.BY, at=make.AT)
    visitor = visit(PHONE, locale=locale)

    def look(name: str) -> None:
        if name == "join":
            visitor.look_everywhere(f"joining-{mode}-{locale[:2]}")
            visitor.page.check("#consent")

    walk(visitor, look)
    assert visitor.page.locator(".sentence").inner_text() != ""


@LANGUAGES
def test_what_is_wrong_stands_at_its_field(club: None, visit: Callable[..., Visit], locale: str) -> None:
    visitor = visit(PHONE, locale=locale)
    page = visitor.go("/account/sign-in/")
    page.fill("#phone", "12")
    page.click("main button")
    page.wait_for_selector("#phone-wrong")
    visitor.complaints.clear()  # the browser itself notes the answer 422
    visitor.look_everywhere(f"joining-wrong-phone-{locale[:2]}")
    assert page.evaluate("document.activeElement.className") == "problems"

    page.fill("#phone", NUMBER)
    page.click("main button")
    page.fill("#code", "12")
    page.click("main button >> nth=0")
    page.wait_for_selector("#code-wrong")
    visitor.complaints.clear()
    visitor.look_everywhere(f"joining-wrong-code-{locale[:2]}")


def test_the_whole_way_works_without_script(club: None, visit: Callable[..., Visit]) -> None:
    visitor = visit(PHONE, java_script_enabled=False)

    page = walk(visitor, lambda _: None)

    assert page.get_by_text("Welcome, Nora").count() == 1


def test_a_code_can_be_pasted(club: None, visit: Callable[..., Visit]) -> None:
    visitor = visit(PHONE, permissions=["clipboard-read", "clipboard-write"])
    page = visitor.go("/account/sign-in/")
    page.fill("#phone", NUMBER)
    page.click("main button")
    page.wait_for_selector("#code")
    page.evaluate("(code) => navigator.clipboard.writeText(code)", typed_code())

    page.keyboard.press("Control+v")
    page.keyboard.press("Enter")

    page.wait_for_selector("#first_name")


def test_a_programme_that_has_not_opened_says_so(transactional_db: None, visit: Callable[..., Visit]) -> None:
    for locale in ("en-GB", "ru-RU"):
        visitor = visit(PHONE, locale=locale)
        visitor.go("/account/")
        visitor.look_everywhere(f"joining-not-open-{locale[:2]}")


@LANGUAGES
def test_a_language_chosen_in_the_footer_stays_on_the_way(club: None, visit: Callable[..., Visit], locale: str) -> None:
    other = {"en-GB": "ru", "ru-RU": "en"}[locale]
    visitor = visit(PHONE, locale=locale)
    page = visitor.go("/account/sign-in/")
    page.click(f"footer button[lang={other}]")

    walk(visitor, lambda _: None)

    assert page.locator("html").get_attribute("lang") == other
    found = people.find_by_phone(NUMBER)
    assert found is not None
    assert found.locale == other
