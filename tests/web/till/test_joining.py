"""Joining at the till: a phone number, the customer's answer where the programme asks, done; skipping is one key."""

import pytest

from regulars.loyalty.cards.models import Series
from regulars.loyalty.members import queries as members
from regulars.loyalty.members.models import Member
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.programme.models import Programme
from regulars.loyalty.subscriptions import queries as subscriptions
from regulars.web.till import joining
from tests import make

pytestmark = pytest.mark.django_db
PHONE = "+447700900555"


def _ask(mode: str) -> None:
    Programme.objects.filter(pk=1).update(consent_mode=mode)
    programme.forget()


@pytest.fixture
def virtual_cards(goods: None) -> Series:
    return make.series("app", prefix="2700", is_virtual=True)


def test_an_unknown_phone_offers_to_join_with_the_number_filled_in(page) -> None:
    page.scan("5001")
    page.scan(PHONE)

    assert page.shown["said"].text == joining.NOT_KNOWN
    assert page.shown["joining"].phone == PHONE
    assert page.rung_up == [("Cola", 1000, 169)]


def test_a_phone_number_is_enough(page, virtual_cards) -> None:
    page.scan("5001")
    page.act("join")
    page.act("join", phone="07700 900555", first_name="Mia")

    member = members.find_by_phone(PHONE)
    assert page.shown["member"]["name"] == "Mia"
    assert page.shown["member"]["card"].startswith("Card ••• ")
    assert (member.registered_via, member.store_id is not None) == ("till", True)
    assert page.rung_up == [("Cola", 1000, 169)]


def test_without_virtual_cards_the_member_is_recognised_all_the_same(page) -> None:
    page.act("join", phone=PHONE)

    assert page.shown["member"]["name"] == "Member"


def test_the_first_purchase_of_a_new_member_counts(page, virtual_cards, offer) -> None:
    page.act("join", phone=PHONE)
    page.scan("4006")
    page.act("pay", how="card")

    assert page.shown["paid"]["balance"] == 13


def test_a_member_of_old_is_put_on_the_basket(page, anna) -> None:
    page.act("join", phone="+447700900001")

    assert page.shown["member"]["name"] == "Anna"
    assert Member.objects.count() == 1


def test_skipping_writes_nothing(page) -> None:
    page.scan(PHONE)
    page.act("join", skip="1", phone=PHONE)

    assert page.shown["joining"] is None
    assert Member.objects.count() == 0


@pytest.mark.parametrize("phone", ["12", "no phone", "\x00"])
def test_a_phone_that_cannot_be_one_is_told_and_kept(page, phone: str) -> None:
    page.act("join", phone=phone, first_name="Mia")

    assert page.shown["said"].tone == "error"
    assert page.shown["joining"].first_name == "Mia"
    assert Member.objects.count() == 0


def test_hidden_consent_asks_nothing(page) -> None:
    page.act("join")

    assert "May we write to you" not in page.text


@pytest.mark.parametrize(("answer", "is_on"), [("yes", True), ("no", False)])
def test_optional_consent_is_what_the_customer_said(page, answer: str, is_on: bool) -> None:
    _ask("optional")
    page.act("join")
    assert "May we write to you" in page.text

    page.act("join", phone=PHONE, consent=answer)

    matrix = subscriptions.get_matrix(members.find_by_phone(PHONE))
    assert matrix.is_on("mailings", "sms") is is_on


@pytest.mark.parametrize("mode", ["optional", "mandatory"])
def test_nobody_is_answered_for(page, mode: str) -> None:
    _ask(mode)
    page.act("join", phone=PHONE)

    assert page.shown["said"].tone == "error"
    assert Member.objects.count() == 0


def test_mandatory_consent_refuses_a_no(page) -> None:
    _ask("mandatory")
    page.act("join", phone=PHONE, consent="no")

    assert page.shown["said"].tone == "error"
    assert page.shown["joining"].phone == PHONE
    assert Member.objects.count() == 0
