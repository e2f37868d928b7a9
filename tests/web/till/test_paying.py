"""Payment happens once: the button pressed twice, the page reloaded, the price changed meanwhile."""

import pytest

from regulars.loyalty.cards import actions as cards
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.points import queries as points
from regulars.loyalty.points.operations import RequestInFlight
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.purchases.models import Purchase
from regulars.web.till import paying
from tests import make

pytestmark = pytest.mark.django_db


def test_cash_shows_the_change_and_the_new_balance(page, anna, offer) -> None:
    page.scan(anna.card.number)
    page.scan("4006")
    page.act("pay", how="cash", given="5")

    paid = page.shown["paid"]
    assert (paid["total"], paid["given"], paid["change"]) == (250, 500, 250)
    assert paid["points"] == paid["balance"] == 13
    balance = points.get_balance(anna.member.pk, programme.get_currency().pk, at=make.AT)
    assert balance.available == 13


def test_the_receipt_has_the_till_and_the_member(page, anna) -> None:
    page.scan(anna.card.number)
    page.scan("4006")
    page.act("pay", how="card")

    purchase = Purchase.objects.get()
    assert purchase.number == page.shown["paid"]["receipt"]
    assert purchase.member_id == anna.member.pk
    assert purchase.till_id == page.till.pk


def test_the_next_scan_begins_a_new_basket(page) -> None:
    page.scan("4006")
    page.act("pay", how="card")
    page.scan("5001")

    assert page.rung_up == [("Cola", 1000, 169)]
    assert not page.shown.get("paid")
    page.act("pay", how="card")
    assert Purchase.objects.count() == 2


def test_pressing_pay_twice_or_reloading_confirms_once(page, anna, offer) -> None:
    page.scan(anna.card.number)
    page.scan("4006")
    form = {"basket": page.basket, "how": "cash", "given": "10"}

    first = page.client.post("/till/pay", form)
    second = page.client.post("/till/pay", form)

    assert first.context["paid"] == second.context["paid"]
    assert Purchase.objects.count() == 1


def test_paying_again_another_way_is_refused(page) -> None:
    page.scan("4006")
    carried = page.basket
    page.client.post("/till/pay", {"basket": carried, "how": "card"})

    again = page.client.post("/till/pay", {"basket": carried, "how": "cash"})

    assert again.context["said"].text == paying.PAID_BEFORE
    assert Purchase.objects.count() == 1


def test_too_little_cash_keeps_basket_and_amount(page) -> None:
    page.scan("4006")
    page.act("pay", how="cash", given="2,00")

    assert page.shown["said"].text.startswith("£0.50 is missing.")
    assert page.shown["given"] == "2,00"
    assert page.rung_up == [("Black tea", 1000, 250)]
    assert Purchase.objects.count() == 0


@pytest.mark.parametrize("given", ["ten", "-5", "1.234", "\x00", "9" * 40])
def test_an_amount_that_cannot_be_read_is_explained(page, given: str) -> None:
    page.scan("4006")
    page.act("pay", how="cash", given=given)

    assert "is not an amount" in page.shown["said"].text


def test_an_empty_basket_cannot_be_paid(page) -> None:
    page.act("pay", how="card")

    assert not page.shown.get("paid")
    assert Purchase.objects.count() == 0


def test_a_changed_price_is_shown_and_nothing_is_written(page, monkeypatch) -> None:
    page.scan("4006")

    def changed(*_: object, **__: object) -> None:
        raise checkout.QuoteChanged("Changed.", field="quote", extra={"calculated": {"total": 240}})

    monkeypatch.setattr(checkout, "confirm", changed)
    page.act("pay", how="card")

    assert page.shown["said"].text.startswith("The total is now £2.40.")


def test_while_the_first_press_is_being_written_the_same_promise_is_kept(page, monkeypatch) -> None:
    page.scan("4006")
    carried = page.basket

    def in_flight(*_: object, **__: object) -> None:
        raise RequestInFlight("Wait.")

    with monkeypatch.context() as patch:
        patch.setattr(checkout, "confirm", in_flight)
        page.act("pay", how="card")
    assert page.shown["said"].text == paying.IN_FLIGHT
    page.client.post("/till/pay", {"basket": carried, "how": "card"})
    page.act("pay", how="card")

    assert page.shown["paid"]
    assert Purchase.objects.count() == 1


def test_a_card_blocked_before_payment_is_refused_and_the_basket_kept(page, anna) -> None:
    page.scan(anna.card.number)
    page.scan("4006")
    cards.block(anna.card, reason="lost", by=make.BY, at=make.AT)

    page.act("pay", how="card")

    assert page.shown["said"].text.startswith("This card is blocked.")
    assert page.rung_up == [("Black tea", 1000, 250)]
    assert Purchase.objects.count() == 0
