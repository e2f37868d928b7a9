"""A real browser for tests of pages: Chromium at two sizes and in both colour schemes.

Every test file in this folder says `pytestmark = pytest.mark.browser`. Without Chromium its tests are skipped, and fail
under `CI=true`. `REGULARS_PICTURES` names a folder to keep a picture of each page that was looked at.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.web.browser.visitor import DESK, SCREENS, Screen, Visit

FLAGS = ["--no-sandbox", "--disable-background-networking"]


def _missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium of this machine; the tests' own thread runs its loop, so Django is told that this is fine."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        _missing("No Chromium here: install the package chromium, or name the program in CHROMIUM.")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=program, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def visit(browser: Any, live_server: Any) -> Iterator[Callable[..., Visit]]:
    """Opens the doors to visitors: `visit(PHONE)`, `visit(java_script_enabled=False)`; closed after the test."""
    visits: list[Visit] = []

    def enter(screen: Screen = DESK, **options: Any) -> Visit:
        visits.append(Visit(browser, live_server.url, screen, options))
        return visits[-1]

    yield enter
    for each in visits:
        each.context.close()


@pytest.fixture(params=SCREENS, ids=str)
def screen(request: pytest.FixtureRequest) -> Screen:
    """Each of the four screens on which every page must hold."""
    found: Screen = request.param
    return found
