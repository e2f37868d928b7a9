"""A marketer writes an offer, reads it as a sentence while typing, publishes it, and makes it better later on."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.loyalty.offers import actions as offers
from regulars.loyalty.offers.models import Offer, Publication
from tests import make
from tests.web.backoffice import staff
from tests.web.browser.visitor import DESK, SCREENS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/backoffice/loyalty_offers/offer/"


@pytest.fixture
def marketer(still_clock: Any, visit: Callable[..., Visit]) -> Callable[..., Visit]:
    """A marketer at a desk, in a shop with goods and two stores."""
    make.programme()
    make.group("bread")
    for sku, name in (("5001", "Rye bread, sliced, 750 g, baked this morning"), ("5002", "Wheat bread")):
        make.product(sku, name=name, group="bread")
    for code in ("high-street", "station"):
        make.store(code)
    client: Client = staff.signed_in("marketer")

    def enter(**options: Any) -> Visit:
        visitor = visit(DESK, **options)
        visitor.context.set_default_timeout(30_000)
        visitor.cookie("sessionid", client.cookies["sessionid"].value)
        return visitor

    return enter


def look(visitor: Visit, name: str) -> None:
    """Look on each of the four screens; the desk takes up light or dark when a page is loaded."""
    for visitor.screen in SCREENS:
        visitor.page.set_viewport_size({"width": visitor.screen.width, "height": visitor.screen.height})
        visitor.page.emulate_media(color_scheme=visitor.screen.scheme)
        visitor.page.reload()
        visitor.page.wait_for_load_state("networkidle")
        visitor.look(name)


def test_an_offer_from_the_first_word_to_the_tills_and_a_better_one(marketer: Callable[..., Visit]) -> None:
    visitor = marketer()
    page = visitor.go(f"{LIST}add/")
    page.fill("[name=name]", "Bread week")
    page.select_option("[name=benefit]", "discount")
    page.fill("[name=percent]", "20")
    page.fill("#goods-query", "bread")
    page.get_by_text("Found for “bread”").wait_for()
    page.check("[name=groups][value=bread]")
    page.fill("#goods-query", "rye")
    page.get_by_text("Found for “rye”").wait_for()
    page.check("[name=skus][value='5001']")
    page.fill("[name=ends_at_0]", "2026-12-31")
    page.fill("[name=ends_at_1]", "20:00")
    page.locator("#offer-sentence", has_text="until 31 Dec 2026, 20:00").wait_for()
    assert (
        page.locator("#offer-sentence")
        .inner_text()
        .replace("\u00a0", " ")
        .startswith("Members get 20 % off “Bread” and “Rye bread, sliced, 750 g, baked this morning” until")
    )

    page.get_by_role("button", name="Keep as a draft").click()
    page.get_by_text("is kept as a draft").wait_for()
    look(visitor, "offer-draft")
    page.get_by_role("link", name="Change offer").click()
    page.locator("#offer-form").wait_for()
    look(visitor, "offer-editor")
    page.get_by_role("link", name="Back without changing anything").click()
    page.get_by_role("link", name="Publish offer").click()
    page.get_by_text("Begins:").wait_for()
    look(visitor, "offer-publish")
    page.get_by_role("button", name="Publish offer").click()
    page.get_by_text("is published in version").wait_for()

    page.get_by_role("link", name="Change offer").click()
    page.get_by_text("is not changed any more").wait_for()
    look(visitor, "offer-revise")
    page.get_by_role("button", name="Make a draft of it").click()
    page.fill("[name=percent]", "25")
    page.get_by_role("button", name="Keep as a draft").click()
    page.get_by_role("link", name="Publish offer").click()
    page.get_by_text("Percent: 20").wait_for()
    look(visitor, "offer-publish-change")
    page.get_by_role("button", name="Publish offer").click()
    page.get_by_text("is published in version").wait_for()

    assert [rule["basis_points"] for rule in Publication.objects.latest("version").rules] == [2500]
    assert sorted(Offer.objects.values_list("state", flat=True)) == ["published", "stopped"]


def test_what_is_wrong_stands_at_its_field(marketer: Callable[..., Visit]) -> None:
    visitor = marketer()
    page = visitor.go(f"{LIST}add/")
    page.fill("[name=percent]", "120")

    page.get_by_role("button", name="Keep as a draft").click()

    page.get_by_text("Not kept yet").wait_for()
    look(visitor, "offer-wrong")
    assert page.input_value("[name=percent]") == "120"


def test_without_goods_the_page_says_what_that_means(marketer: Callable[..., Visit]) -> None:
    new = offers.NewOffer(name="1 % back", benefit="points", basis_points=100)
    offer = offers.draft(new, by=make.BY, at=make.AT)
    visitor = marketer()

    page = visitor.go(f"{LIST}{offer.pk}/edit/")

    assert page.get_by_text("the offer is about the whole receipt").count() == 1
    look(visitor, "offer-whole-receipt")
