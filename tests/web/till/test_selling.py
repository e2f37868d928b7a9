"""Scanning, tapping, searching: goods, cards and phones are told apart, and each refusal says the way out."""

import pytest

from regulars.loyalty.cards import actions as cards
from regulars.loyalty.members import actions as members
from regulars.web.till import selling
from tests import make

pytestmark = pytest.mark.django_db


def test_a_card_puts_its_member_on_the_basket(page, anna) -> None:
    page.scan(anna.card.number)

    member = page.shown["member"]
    assert (member["name"], member["balance"], member["can_pay"]) == ("Anna", 0, 0)
    assert member["card"] == f"Card ••• {anna.card.number[-4:]}"
    assert anna.card.number not in page.text


@pytest.mark.parametrize("typed", ["+44 7700 900001", "07700900001", "+447700900001"])
def test_a_phone_is_found_in_any_form(page, anna, typed: str) -> None:
    assert page.scan(typed)["member"]["name"] == "Anna"


def test_offers_are_named_on_their_lines_and_explained(page, anna, offer) -> None:
    page.scan("5001")
    page.scan("4006")
    page.scan(anna.card.number)

    tea, cola = page.shown["lines"]
    assert (cola["before"], cola["total"]) == (169, 152)
    assert cola["discounts"] == [{"offer": "10 % off drinks", "amount": 17}]
    assert tea["discounts"] == []
    assert (page.shown["goods_total"], page.shown["total"]) == (419, 402)
    assert page.shown["discounts"] == [{"offer": "10 % off drinks", "amount": 17}]
    assert page.shown["points_to_come"] > 0
    assert next((each["offer"], each["kind"]) for each in page.shown["outcomes"]) == ("10 % off drinks", "given")


def test_without_a_card_the_offers_say_what_is_missing(page, offer) -> None:
    page.scan("5001")

    assert {each["kind"] for each in page.shown["outcomes"]} == {"missing"}
    assert "no card was shown" in page.text


def test_a_price_alone_sells_unlisted_goods(page) -> None:
    page.scan("2,50")

    assert page.rung_up == [("Unlisted goods", 1000, 250)]


@pytest.mark.parametrize("code", ["2600123456789", "999999", "nothing like this"])
def test_an_unknown_code_says_the_way_out_and_stays_in_the_field(page, code: str) -> None:
    page.scan("5001")
    page.scan(code)

    assert page.shown["said"].text == str(selling._nothing())
    assert page.shown["query"] == code
    assert page.rung_up == [("Cola", 1000, 169)]


@pytest.mark.parametrize("code", ["\x00", "x" * 500, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")])
def test_noise_is_refused_without_harm(page, code: str) -> None:
    page.scan(code)

    assert page.shown["said"].tone == "error"


def test_one_product_of_that_name_is_rung_up_and_several_are_shown(page) -> None:
    make.product("4007", name="Green tea", unit_price=300)

    page.scan("tea")
    assert {tile.name for tile in page.shown["tiles"]} == {"Black tea", "Green tea"}
    assert page.rung_up == []
    page.scan("green")

    assert page.rung_up == [("Green tea", 1000, 300)]


def test_a_tile_rings_up_its_product_and_keeps_the_search(page) -> None:
    page.act("add", product="4006", code="tea")

    assert page.rung_up == [("Black tea", 1000, 250)]
    assert page.shown["query"] == "tea"


def test_a_product_that_is_gone_is_told(page) -> None:
    assert "not sold any more" in page.act("add", product="no-such")["said"].text


def test_goods_without_a_price_ask_for_one(page) -> None:
    make.product("0", name="Gift wrap", unit_price=0)

    assert "has no shelf price" in page.scan("0")["said"].text


def test_a_blocked_card_is_refused_and_the_basket_kept(page, anna) -> None:
    page.scan("5001")
    cards.block(anna.card, reason="lost", by=make.BY, at=make.AT)

    page.scan(anna.card.number)

    assert page.shown["said"].text.startswith("This card is blocked.")
    assert page.shown["member"] is None
    assert page.rung_up == [("Cola", 1000, 169)]


def test_a_member_who_is_blocked_during_the_sale_is_taken_off_and_named(page, anna) -> None:
    page.scan(anna.card.number)
    members.block(anna.member, reason="fraud", by=make.BY, at=make.AT)

    page.scan("5001")

    assert "blocked" in page.shown["said"].text
    assert page.shown["member"] is None
    assert page.rung_up == [("Cola", 1000, 169)]
    assert page.shown["can_pay"]


def test_a_receipt_too_dear_to_add_up_is_told_and_cannot_be_paid(page) -> None:
    make.product("9", name="Crown", unit_price=9 * 10**17)
    page.scan("9")
    page.act("count", **{f"quantity_{page.shown['lines'][0]['id']}": "99"})

    assert page.shown["said"].tone == "error"
    assert not page.shown["can_pay"]


def test_the_script_gets_only_the_part_it_asked_for(page) -> None:
    headers = {"HX-Request": "true", "HX-Target": "basket"}
    answer = page.client.post("/till/scan", {"basket": page.basket, "code": "5001"}, headers=headers).content.decode()
    tiles = page.client.get("/till/?code=tea", headers=headers | {"HX-Target": "tiles"}).content.decode()

    assert 'id="basket"' in answer
    assert "<html" not in answer
    assert "Black tea" in tiles
    assert "Cola" not in tiles
    assert "<html" not in tiles


def test_popular_goods_are_the_first_tiles(page) -> None:
    page.scan("7")
    page.act("pay", how="card")
    from regulars.web.till import tiles

    tiles.forget()

    assert [tile.name for tile in page.client.get("/till/").context["tiles"]] == ["Loose pears"]
