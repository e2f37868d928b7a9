"""Card, balance and what it consists of: the balance is the sum of the lots listed, and every line opens its receipt."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.loyalty.offers import actions as offers
from tests import cast, make

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
    assert "Your first purchase will stand here." in shown


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
    assert "from 24 November 2026" in text(answer)


def test_pending_points_stand_apart(phone: Client, anna: cast.Role, buy: Callable[..., str]) -> None:
    later = offers.NewOffer(name="Later", benefit="points", basis_points=1000, activation_days=14, is_cumulative=True)
    offers.publish(offers.draft(later, by=make.BY, at=make.AT), by=make.BY, at=make.AT)
    buy(anna.member)

    answer = phone.get("/account/points/")

    assert answer.context["balance"] == sum(lot.left for lot in answer.context["lots"])
    assert [lot.left for lot in answer.context["pending"]] == [45]
    assert "can be used from 8 December 2026" in text(answer)
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


def test_every_line_of_the_history_opens_its_receipt(phone: Client, anna: cast.Role, buy: Callable[..., str]) -> None:
    public_id = buy(anna.member)
    row = phone.get("/account/points/").context["history"][0]

    receipt = text(phone.get(row.url))

    assert row.url == f"/account/purchases/{public_id}/"
    assert "Brown bread × 2 · 10 % off bread" in receipt
    assert "−£0.50" in receipt
    assert "Paid £4.50" in receipt
    assert "5 % back in points +23 points" in receipt


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
