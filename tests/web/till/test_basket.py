"""The basket in the making: it lives on the page, every act can be undone, and nothing of it stays on the server."""

import pytest
from django.core import signing

from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores import queries as stores
from regulars.web.till.basket import MOST_ACTS, Draft
from tests import make

pytestmark = pytest.mark.django_db


def test_scanning_again_adds_one_and_the_newest_line_comes_first(page) -> None:
    page.scan("4006")
    page.scan("5001")
    page.scan("4006")

    assert page.rung_up == [("Black tea", 2000, 500), ("Cola", 1000, 169)]
    assert [line["newest"] for line in page.shown["lines"]] == [True, False]


def test_a_weight_is_typed_with_a_comma_or_a_point(page) -> None:
    page.scan("7")
    line = page.shown["lines"][0]["id"]

    page.act("count", **{f"quantity_{line}": "0,25"})

    assert page.rung_up == [("Loose pears", 250, 75)]


def test_one_more_and_one_less_until_the_line_is_gone(page) -> None:
    page.scan("5001")
    line = page.shown["lines"][0]["id"]

    page.act("count", more=line)
    assert page.rung_up == [("Cola", 2000, 338)]
    page.act("count", fewer=line)
    page.act("count", fewer=line)

    assert page.rung_up == []


def test_enter_without_script_takes_the_typed_quantities(page) -> None:
    page.scan("5001")
    line = page.shown["lines"][0]["id"]

    page.act("scan", code="", **{f"quantity_{line}": "3"})

    assert page.rung_up == [("Cola", 3000, 507)]


def test_quantities_that_are_only_carried_along_change_nothing_else(page) -> None:
    page.scan("5001")
    line = page.shown["lines"][0]["id"]

    page.act("add", product="4006", **{f"quantity_{line}": "9"})

    assert ("Cola", 1000, 169) in page.rung_up


@pytest.mark.parametrize("typed", ["-1", "two", "1.2345", "1e3", "\x00"])
def test_a_quantity_that_cannot_be_read_is_kept_and_explained(page, typed: str) -> None:
    page.scan("5001")
    line = page.shown["lines"][0]["id"]

    page.act("count", **{f"quantity_{line}": typed})

    assert "is not a quantity" in page.shown["said"].text
    assert page.rung_up == [("Cola", 1000, 169)]
    assert page.shown["lines"][0]["typed"] == ("" if typed == "\x00" else typed)


def test_every_act_can_be_undone(page, anna) -> None:
    page.scan("5001")
    page.scan(anna.card.number)
    page.act("count", more=page.shown["lines"][0]["id"])
    page.act("forget")

    page.act("undo")
    assert page.shown["member"]["name"] == "Anna"
    page.act("undo")
    assert page.rung_up == [("Cola", 1000, 169)]
    page.act("undo")
    assert page.shown["member"] is None
    page.act("undo")
    assert page.rung_up == []
    assert not page.shown["can_undo"]


def test_two_tabs_do_not_mix_their_baskets(page) -> None:
    page.scan("5001")
    first = page.basket
    page.act("new")
    page.scan("4006")

    page.client.post("/till/scan", {"basket": first, "code": "5001"})
    page.scan("4006")

    assert page.rung_up == [("Black tea", 2000, 500)]


def test_a_reload_repeats_the_act_with_the_same_outcome(page) -> None:
    before = page.basket
    once = page.client.post("/till/scan", {"basket": before, "code": "5001"})
    again = page.client.post("/till/scan", {"basket": before, "code": "5001"})

    assert once.context["lines"] == again.context["lines"]
    assert Purchase.objects.count() == 0


@pytest.mark.parametrize(
    "forged", ["", "x", signing.dumps([1, 2]), "\x00"], ids=["none", "no signature", "another's", "NUL"]
)
def test_a_basket_that_was_not_made_here_is_an_empty_one(page, forged: str) -> None:
    shown = page.client.post("/till/scan", {"basket": forged, "code": "5001"}).context

    assert len(shown["lines"]) == 1


def test_a_basket_of_another_till_is_an_empty_one(page) -> None:
    other = stores.get_till(make.till().pk)
    foreign = Draft.born(other, make.AT).add("4006", "Black tea", 1)

    shown = page.client.post("/till/scan", {"basket": foreign.signed(), "code": "5001"}).context

    assert [line["name"] for line in shown["lines"]] == ["Cola"]


def test_undo_is_bounded_so_that_the_basket_stays_small() -> None:
    draft = Draft("til_x", "1", "k")
    for n in range(300):
        draft = draft.add(f"sku-{n}", f"Product {n}", 100)
    short = Draft("til_x", "1", "k")
    for _ in range(100):
        short = short.add("sku", "Product", 100)

    assert len(short.past) == MOST_ACTS
    assert len(draft.signed()) < 60_000
    assert len(draft.undone().state.lines) == 299


def test_an_act_that_changes_nothing_is_nothing_to_undo() -> None:
    draft = Draft("til_x", "1", "k").sold_to(Identifier("card", "1"))

    assert draft.sold_to(Identifier("card", "1")) is draft
    assert draft.count({}) is draft
