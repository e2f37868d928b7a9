"""Card, balance and what it consists of: the balance is the sum of the lots listed, and every line opens its receipt."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from regulars.kit import sql
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.points import actions as ledger
from regulars.loyalty.purchases.models import Purchase
from tests import cast, make
from tests.loyalty.points import book

pytestmark = pytest.mark.django_db
SOLD = {1: 50, 2: 150, 5: 400, 21: 1850}  # points: thousandths of a loaf that earn them


def text(answer: Any) -> str:
    """The words of a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\u00a0", " "))


def test_the_home_shows_name_card_balance_worth_and_expiry(
    phone: Client, anna: cast.Role, buy: Callable[..., str]
) -> None:
    buy(anna.member)  # 5.00, 10 % off: 4.50, of which 5 % are 23 points

    page = phone.get("/account/")

    shown = text(page)
    digits = anna.card.number
    assert "Anna Morgan" in shown
    assert " ".join(digits[i : i + 4] for i in range(0, 13, 4)) in shown
    assert page.content.count(b'class="qr"') == 1
    assert page.content.count(b'class="bars"') == 1
    assert "23 points" in shown
    assert "£0.23" in shown
    assert "Next to expire: 23 points , good until 24 November 2027" in shown
    assert "You hear from us" in shown
    assert "+23 points" in shown


def test_a_new_member_has_an_empty_home(phone: Client) -> None:
    shown = text(phone.get("/account/"))

    assert "0 points" in shown
    assert "Points come with your first purchase" in shown
    assert "Welcome, Anna Show this code at the till to collect points." in shown


def test_without_a_card_it_says_where_to_get_one(client: Client, still_clock: Any) -> None:
    from tests.web.account.conftest import signed_in

    member = make.member(phone="+447700900555")

    answer = signed_in(member, "+447700900555", client)

    assert "You have no card yet" in text(answer.get("/account/"))
    assert answer.get("/account/card/").headers["Location"] == "/account/"


def test_the_balance_is_the_sum_of_the_lots_listed(phone: Client, anna: cast.Role, buy: Callable[..., str]) -> None:
    first, second = buy(anna.member), buy(anna.member, quantity=4000)

    answer = phone.get("/account/points/")

    context = answer.context
    assert context["balance"] == sum(lot.left for lot in context["lots"]) == 68
    assert {lot.url for lot in context["lots"]} == {f"/account/purchases/{each}/" for each in (first, second)}
    assert "until 24 November 2027" in text(answer)
    assert "from 24 November 2026 , usable at once" in text(answer)
    for lot in context["lots"]:
        assert f"receipt {lot.receipt} " in text(answer)
        assert f"receipt {lot.receipt}" in text(phone.get(lot.url))


def test_pending_points_stand_apart(phone: Client, anna: cast.Role, buy: Callable[..., str]) -> None:
    later = offers.NewOffer(name="Later", benefit="points", basis_points=1000, activation_days=14, is_cumulative=True)
    offers.publish(offers.draft(later, by=make.BY, at=make.AT), by=make.BY, at=make.AT)
    buy(anna.member)

    answer = phone.get("/account/points/")

    assert answer.context["balance"] == sum(lot.left for lot in answer.context["lots"])
    assert [lot.left for lot in answer.context["pending"]] == [45]
    assert "can be used from 8 December 2026 · never expires" in text(answer)
    assert answer.context["pending"][0].url == answer.context["lots"][0].url, "they come from one purchase"
    assert "45 points more can be used from 8 December 2026" in text(phone.get("/account/"))


def test_expired_points_are_gone_from_balance_and_lots_at_once(
    phone: Client, anna: cast.Role, buy: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = offers.NewOffer(name="Soon", benefit="points", basis_points=1000, lifetime_days=10, is_cumulative=True)
    offers.publish(offers.draft(soon, by=make.BY, at=make.AT), by=make.BY, at=make.AT)
    buy(anna.member)
    assert phone.get("/account/points/").context["balance"] == 68

    monkeypatch.setattr("regulars.kit.clock.now", lambda: make.AT + timedelta(days=12))

    context = phone.get("/account/points/").context
    assert context["balance"] == sum(lot.left for lot in context["lots"]) == 23


def test_the_page_says_how_much_expires_when(phone: Client, anna: cast.Role) -> None:
    book.accrue(anna.member, 120, expires_at=make.AT + timedelta(days=9))
    book.accrue(anna.member, 5, expires_at=make.AT + timedelta(days=9, hours=1))
    book.accrue(anna.member, 7, expires_at=make.AT + timedelta(days=30))
    book.accrue(anna.member, 3)

    answer = phone.get("/account/points/")

    assert [(each.on.isoformat(), each.amount) for each in answer.context["expiries"]] == [
        ("2026-12-03", 125),
        ("2026-12-24", 7),
    ]
    assert "What expires next good until 3 December 2026 125 good until 24 December 2026 7" in text(answer)


def test_without_anything_to_lose_nothing_is_said_of_it(phone: Client, anna: cast.Role) -> None:
    book.accrue(anna.member, 3)

    assert "What expires next" not in text(phone.get("/account/points/"))


def test_held_points_are_not_in_the_balance_and_the_history_says_why(phone: Client, anna: cast.Role) -> None:
    book.accrue(anna.member, 120)
    hold = book.hold(anna.member, 50)

    answer = phone.get("/account/points/")
    book.release(anna.member, hold)
    again = phone.get("/account/points/")

    assert answer.context["balance"] == sum(lot.left for lot in answer.context["lots"]) == 70
    assert "Held for a purchase come back if nothing is bought 50" in text(answer)
    assert [(row.what, row.amount, row.moved) for row in again.context["history"]] == [
        ("No longer held", 0, 50),
        ("Held for a purchase", 0, 50),
        ("A gift from us", 120, 120),
    ]
    assert again.context["balance"] == 120
    assert "come back if nothing is bought" not in text(again)
    assert [row.what for row in phone.get("/account/").context["history"]] == ["A gift from us"]


def test_what_time_has_done_stands_in_the_history(phone: Client, anna: cast.Role) -> None:
    book.accrue(anna.member, 40, activates_at=make.AT + timedelta(days=1), expires_at=make.AT + timedelta(days=2))
    ledger.activate_due(at=make.AT + timedelta(days=1))
    ledger.expire_due(at=make.AT + timedelta(days=2))

    history = phone.get("/account/points/").context["history"]

    assert [(row.what, row.amount, row.moved) for row in history] == [
        ("Expired", -40, 40),
        ("Can be used from now on", 0, 40),
        ("A gift from us", 40, 40),
    ]


def test_every_line_of_the_history_opens_its_receipt(phone: Client, anna: cast.Role, buy: Callable[..., str]) -> None:
    public_id = buy(anna.member)
    row = phone.get("/account/points/").context["history"][0]

    receipt = text(phone.get(row.url))

    assert row.url == f"/account/purchases/{public_id}/"
    assert "Brown bread × 2 · 10 % off bread" in receipt
    assert "−£0.50" in receipt
    assert "Paid £4.50" in receipt
    assert "5 % back in points +23 points" in receipt


def test_a_receipt_paid_with_points_of_another_opens_itself(
    phone: Client, anna: cast.Role, buy: Callable[..., str]
) -> None:
    earned = buy(anna.member)
    spent = buy(None)
    operation_id = Purchase.objects.get(public_id=spent).operation_id
    Purchase.objects.filter(public_id=spent).update(member_id=anna.member.pk)
    hold = book.hold(anna.member, 10)
    with transaction.atomic():
        batch = sql.Batch()
        ledger.add_redeem_held(
            batch, member_id=anna.member.pk, hold_operation_id=hold, operation_id=operation_id, at=make.AT
        )
        batch.send()

    history = {row.url: row.amount for row in phone.get("/account/points/").context["history"] if row.url}

    assert history == {f"/account/purchases/{earned}/": 23, f"/account/purchases/{spent}/": -10}


def test_a_long_history_is_shown_in_pieces(phone: Client, anna: cast.Role, buy: Callable[..., str]) -> None:
    for _ in range(52):
        buy(anna.member)

    first = phone.get("/account/points/")
    second = phone.get("/account/points/" + first.context["older_url"])

    assert len(first.context["history"]) == 50
    assert len(second.context["history"]) == 52
    assert second.context["older_url"] == ""
    for odd in ("x", "-1", "٣", "9" * 30):
        assert len(phone.get("/account/points/", {"rows": odd}).context["history"]) == 50


def test_the_pages_speak_russian_to_a_russian_browser(phone: Client, anna: cast.Role, buy: Callable[..., str]) -> None:
    buy(anna.member)

    home = text(phone.get("/account/", headers={"Accept-Language": "ru-RU,ru;q=0.9"}))

    assert "23 балла" in home
    assert "Сгорят первыми: 23 балла , действуют до 24 ноября 2027 г." in home
    assert "0,23 £" in home


@pytest.mark.parametrize(
    ("count", "english", "russian"),
    [(1, "1 point", "1 балл"), (2, "2 points", "2 балла"), (5, "5 points", "5 баллов"), (21, "21 points", "21 балл")],
)
def test_numbers_take_the_right_word(
    phone: Client, anna: cast.Role, buy: Callable[..., str], count: int, english: str, russian: str
) -> None:
    buy(anna.member, quantity=SOLD[count])
    balance = phone.get("/account/").context["balance"]
    assert balance == count

    in_english, in_russian = (text(phone.get("/account/", headers={"Accept-Language": one})) for one in ("en", "ru"))

    assert re.search(rf"\b{english}\b", in_english)
    assert re.search(rf"\b{russian}\b", in_russian)
