"""The status page in a real browser: what is wrong stands first, with what mends it, on every screen and at both desks."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from regulars.kit import clock
from regulars.providers.models import Gateway
from tests.web.backoffice import staff
from tests.web.browser.visitor import DESK, SCREENS, Visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("system", staff.DESKS)
def test_what_is_wrong_stands_first_with_what_mends_it(
    transactional_db: None, visit: Callable[..., Visit], system: str
) -> None:
    Gateway.objects.create(
        channel="sms", provider="smpp", name="Corner SMS", trouble="the login was refused",
        paused_until=clock.now() + timedelta(hours=1),
    )  # fmt: skip
    visitor = visit(DESK)
    visitor.cookie("sessionid", staff.signed_in("administrator").cookies["sessionid"].value)

    page = visitor.go(f"/{system}/status/")

    assert "need" in page.locator(".status-whole").inner_text()
    worst = page.locator("section").filter(has_text="Needs somebody now")
    assert "Corner SMS is paused for another 60 min: the login was refused" in worst.inner_text()
    assert "regulars worker" in worst.locator("code").all_inner_texts()
    for visitor.screen in SCREENS:  # the desk's script reads the colour scheme when the page opens
        visitor.page.set_viewport_size({"width": visitor.screen.width, "height": visitor.screen.height})
        visitor.page.emulate_media(color_scheme=visitor.screen.scheme)
        visitor.go(f"/{system}/status/")
        visitor.look(f"status-{system}")


def test_the_way_to_it_stands_in_the_side_bar(transactional_db: None, visit: Callable[..., Visit]) -> None:
    visitor = visit(DESK)
    visitor.cookie("sessionid", staff.signed_in("administrator").cookies["sessionid"].value)

    page = visitor.go("/backoffice/status/")

    assert page.locator("#nav-sidebar a, nav a, aside a").filter(has_text="Status").count() >= 1
