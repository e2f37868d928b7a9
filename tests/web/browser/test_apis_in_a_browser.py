"""The pages of the APIs in a real browser: they hold, and nothing on them asks another host than ours."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.web.browser.visitor import PHONE, SCREENS, Screen, Visit

pytestmark = pytest.mark.browser
# What Scalar draws is not ours to mend: axe looks at the frame around it.
FRAME = {"exclude": [["#reference"], [".scalar-app"]]}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
DARK_DESK = Screen(1280, 800, "dark")


def drawn(visitor: Visit, name: str) -> None:
    """Open the page of an API and wait until it is drawn; its script has four megabytes, once."""
    visitor.context.set_default_timeout(60_000)
    page = visitor.go(f"/api/{name}/v1/docs")
    page.locator("#reference h1").first.wait_for()
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("name", ["pos", "bridge"])
def test_an_api_is_drawn_and_nothing_asks_another_host(
    transactional_db: None, visit: Callable[..., Visit], name: str
) -> None:
    visitor = visit()
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))

    drawn(visitor, name)
    visitor.page.mouse.wheel(0, 4000)
    visitor.page.keyboard.press("Control+k")
    visitor.page.wait_for_timeout(1000)

    ours = urlsplit(visitor.address).netloc
    assert [url for url in asked if urlsplit(url).scheme != "data" and urlsplit(url).netloc != ours] == []
    assert any("scalar/api-reference" in url for url in asked)
    assert not visitor.complaints, visitor.complaints


def test_the_frame_around_an_api_holds_everywhere(transactional_db: None, visit: Callable[..., Visit]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    visitor = visit()
    drawn(visitor, "pos")
    for visitor.screen in SCREENS:
        visitor.page.set_viewport_size({"width": visitor.screen.width, "height": visitor.screen.height})
        visitor.page.emulate_media(color_scheme=visitor.screen.scheme)
        visitor.page.wait_for_timeout(300)
        visitor.picture("api-pos")
        assert axe.run(visitor.page, context=FRAME, options=RULES).response["violations"] == []
        assert visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert visitor.page.evaluate("getComputedStyle(document.body).colorScheme") == visitor.screen.scheme


def test_a_page_of_an_api_leads_back_to_the_list(transactional_db: None, visit: Callable[..., Visit]) -> None:
    visitor = visit(PHONE)
    drawn(visitor, "pos")

    visitor.page.get_by_role("link", name="All APIs").click()

    visitor.page.get_by_role("heading", name="APIs", exact=True).wait_for()


def test_no_other_page_loads_it(transactional_db: None, visit: Callable[..., Visit]) -> None:
    visitor = visit(DARK_DESK)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.go("/docs/api").wait_for_load_state("networkidle")

    assert not [url for url in asked if "scalar" in url]


def test_the_list_of_apis_and_the_codes_hold(transactional_db: None, visit: Callable[..., Visit]) -> None:
    visitor = visit()
    visitor.go("/docs/api")
    visitor.look_everywhere("apis")
    visitor.go("/docs/errors")
    visitor.look_everywhere("problem-codes")
