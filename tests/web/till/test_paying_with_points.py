"""At the till points wait for the basket, pay for it, and go back when it comes to nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars.kit import sql
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations
from regulars.loyalty.points import queries as ledger
from regulars.loyalty.programme import actions as programme
from regulars.loyalty.programme import queries as settings
from regulars.loyalty.purchases import queries as purchases
from regulars.loyalty.purchases.models import Purchase
from regulars.web.till import page as till_page
from regulars.web.till import paying
from tests import cast, make

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(anna: cast.Role) -> cast.Role:
    key = operations.key("test", "grant", {})
    points.grant(anna.member.pk, 200, key=key, by=make.BY, at=make.AT)
    return anna


def _account(role: cast.Role) -> tuple[int, int]:
    assert ledger.audit().holds()
    balance = ledger.get_balance(role.member.pk, settings.get_currency().pk, at=make.AT)
    return balance.available, balance.held


@pytest.fixture
def sale(page: Any, rich: cast.Role, offer: None) -> Any:
    page.scan(rich.card.number)
    page.scan("4006")
    return page


def test_the_strip_says_what_points_can_pay(sale: Any) -> None:
    assert (sale.shown["member"]["can_pay"], sale.shown["member"]["can_pay_worth"]) == (200, 200)
    assert "Can pay £2.00 with points" in sale.text


def test_all_points_are_held_and_the_rest_is_paid_in_cash_with_change(sale: Any, rich: cast.Role) -> None:
    sale.act("points", all="1")

    assert (sale.shown["held"]["points"], sale.shown["total"], sale.shown["to_pay"]) == (200, 250, 50)
    assert sale.shown["points_to_come"] == 3
    assert _account(rich) == (0, 200)
    sale.act("pay", how="cash", given="1")
    paid = sale.shown["paid"]
    assert (paid["total"], paid["given"], paid["change"]) == (50, 100, 50)
    assert (paid["spent"], paid["worth"], paid["balance"]) == (200, 200, 3)
    story = purchases.find_story(Purchase.objects.get().public_id)
    assert story is not None
    assert [(each.type, each.amount) for each in story.tenders] == [("points", 200), ("cash", 50)]


def test_points_that_were_typed_are_held_and_pressing_twice_holds_once(sale: Any, rich: cast.Role) -> None:
    form = {"basket": sale.basket, "points": "120", "some": "1"}

    first, second = sale.client.post("/till/points", form), sale.client.post("/till/points", form)

    assert first.context["held"]["points"] == second.context["held"]["points"] == 120
    assert _account(rich) == (80, 120)


def test_a_basket_that_points_pay_whole_needs_no_other_tender(page: Any, rich: cast.Role) -> None:
    page.scan(rich.card.number)
    page.scan("5001")
    page.act("points", all="1")

    assert "Finish" in page.text
    page.act("pay", how="card")
    assert (page.shown["paid"]["how"], page.shown["paid"]["worth"]) == ("points", 169)
    assert _account(rich) == (31, 0)


@pytest.mark.parametrize(
    ("typed", "said"),
    [("201", "can use 200 points"), ("many", "is not a number of points"), ("1.5", "is not a number"), ("\x00", "")],
)
def test_points_that_cannot_pay_are_explained_and_what_was_typed_stays(sale: Any, typed: str, said: str) -> None:
    sale.act("points", points=typed, some="1")

    assert said in sale.shown["said"].text
    assert sale.shown["held"] is None
    assert sale.shown["points"] == ("" if typed == "\x00" else typed)


def test_more_than_the_basket_costs_is_told_in_money(sale: Any) -> None:
    programme.set_points_share_limit(2000, by=make.BY, at=make.AT)

    sale.act("points", points="51", some="1")

    assert sale.shown["said"].text.startswith("Points can pay £0.50 of this basket")


@pytest.mark.parametrize("act", [("points", {"none": "1"}), ("new", {}), ("forget", {}), ("undo", {})])
def test_points_go_back_when_nobody_pays_with_them(sale: Any, rich: cast.Role, act: Any) -> None:
    sale.act("forget")
    sale.scan(rich.card.number)
    sale.act("points", all="1")
    assert _account(rich) == (0, 200)

    sale.act(act[0], **act[1])

    assert _account(rich) == (200, 0)


def test_points_taken_off_leave_the_basket_and_it_can_be_paid(sale: Any, rich: cast.Role) -> None:
    sale.act("points", all="1")
    sale.act("points", none="1")

    assert sale.rung_up == [("Black tea", 1000, 250)]
    sale.act("pay", how="card")
    assert sale.shown["paid"]["total"] == 250
    assert _account(rich) == (213, 0)


def test_goods_rung_up_after_the_points_raise_the_rest(sale: Any, rich: cast.Role) -> None:
    sale.act("points", all="1")
    sale.scan("7")

    assert (sale.shown["total"], sale.shown["to_pay"]) == (550, 350)
    sale.act("pay", how="card")
    assert sale.shown["paid"]["total"] == 350
    assert _account(rich) == (18, 0)


def test_a_basket_that_came_to_cost_less_than_the_points_says_so(sale: Any, rich: cast.Role) -> None:
    sale.act("points", all="1")
    sale.scan("5001")
    sale.act("count", fewer=str(1))

    assert sale.shown["said"].text == till_page.DOES_NOT_FIT
    sale.act("pay", how="card")
    assert sale.shown["said"].text == paying.POINTS_CHANGED
    sale.act("points", all="1")
    sale.act("pay", how="card")
    assert sale.shown["paid"]["spent"] == 152
    assert _account(rich) == (48, 0)


def test_another_customers_card_gives_the_first_ones_points_back(sale: Any, rich: cast.Role) -> None:
    other = make.member(first_name="Ben")
    sale.act("points", all="1")

    sale.scan(make.card(other).number)

    assert (sale.shown["held"], sale.shown["member"]["name"]) == (None, "Ben")
    assert _account(rich) == (200, 0)
    sale.act("pay", how="card")
    assert sale.shown["paid"]["total"] == 250


def test_a_card_that_is_not_active_is_not_offered_to_pay(page: Any, rich: cast.Role) -> None:
    sql.run("update loyalty_cards_card set state = 'issued' where number = %s", [rich.card.number])
    page.scan(rich.card.number)
    page.scan("4006")

    assert page.shown["member"]["note"] == till_page.NOT_ACTIVE
    assert 'id="points"' not in page.text
    page.act("points", all="1")
    assert "does not pay" in page.shown["said"].text


def test_rounding_stands_on_a_line_of_its_own(page: Any) -> None:
    programme.set_rounding("nearest", step=100, by=make.BY, at=make.AT)
    page.scan("5001")

    assert page.shown["rounding"] == {"size": 31, "is_up": True}
    assert "<dt>Rounding</dt><dd>+£0.31</dd>" in page.text
    page.act("pay", how="cash", given="2")
    assert page.shown["paid"]["total"] == 200
    assert "Rounded up by £0.31" in page.text


def test_points_whose_answer_got_lost_can_be_used_anew_and_taken_off(
    sale: Any, rich: cast.Role, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale.client.post("/till/points", {"basket": sale.basket, "all": "1"})  # and the cashier never saw what came of it
    monkeypatch.setattr("regulars.kit.clock.now", lambda: at + timedelta(seconds=9))
    sale.scan("4006")

    assert sale.shown["held"]["points"] == 200
    sale.act("points", all="1")
    assert sale.shown["said"] is None
    sale.act("points", none="1")
    assert _account(rich) == (200, 0)


def test_points_whose_answer_got_lost_go_back_when_the_customer_leaves(sale: Any, rich: cast.Role) -> None:
    sale.client.post("/till/points", {"basket": sale.basket, "all": "1"})
    sale.scan("4006")

    sale.act("forget")

    assert _account(rich) == (200, 0)
