"""Signing in takes a phone and a code, tells nobody who is a member, and holds for ninety days on this browser."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.loyalty.members.models import Session
from regulars.messages.models import Message
from tests import cast

pytestmark = pytest.mark.django_db
PHONE, CODE, HOME = "/account/sign-in/", "/account/sign-in/code/", "/account/"


def ask(client: Client, phone: str = cast.ANNA.phone, **more: str) -> Any:
    return client.post(PHONE, {"phone": phone, **more})


def sent_code() -> str:
    found = re.search(r"\d{6}", Message.objects.latest("id").text)
    assert found is not None
    return found[0]


def test_phone_then_code_opens_the_account(client: Client, anna: cast.Role) -> None:
    assert ask(client).headers["Location"] == CODE

    answer = client.post(CODE, {"code": sent_code()}, headers={"User-Agent": "Mozilla/5.0 (Android) Firefox/140.0"})

    assert answer.headers["Location"] == HOME
    assert b"Anna Morgan" in client.get(HOME).content
    assert Session.objects.get().device == "Firefox · Android"


def test_the_cookie_is_for_ninety_days_and_not_for_scripts(client: Client, anna: cast.Role) -> None:
    ask(client)

    cookie = client.post(CODE, {"code": sent_code()}).cookies["regulars_member"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == timedelta(days=90).total_seconds()


def test_over_https_cookies_stay_there(client: Client, anna: cast.Role, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    asked = ask(client)

    answer = client.post(CODE, {"code": sent_code()})

    assert asked.cookies["regulars_phone"]["secure"]
    assert answer.cookies["regulars_member"]["secure"]


def test_known_and_unknown_phones_get_the_same_answer(client: Client, anna: cast.Role) -> None:
    known, stranger = ask(client), ask(Client(), "+447700900999")

    assert (known.status_code, known.headers["Location"]) == (stranger.status_code, stranger.headers["Location"])
    assert Message.objects.count() == 2


def test_the_phone_travels_neither_in_the_address_nor_unmasked_on_the_page(client: Client, anna: cast.Role) -> None:
    answer = ask(client)

    page = client.get(answer.headers["Location"]).content.decode()

    assert cast.ANNA.phone[1:] not in answer.headers["Location"] + page
    assert "+44 ••• 01" in page
    assert 'autocomplete="one-time-code"' in page


def test_a_wrong_code_is_told_on_the_page(client: Client, anna: cast.Role) -> None:
    ask(client)

    answer = client.post(CODE, {"code": "000000" if sent_code() != "000000" else "111111"})

    assert answer.status_code == 422
    assert b"This code does not fit" in answer.content
    assert "regulars_member" not in answer.cookies


def test_a_code_may_be_typed_with_a_gap(client: Client, anna: cast.Role) -> None:
    ask(client)
    code = sent_code()

    answer = client.post(CODE, {"code": f" {code[:3]} {code[3:]} "})

    assert answer.headers["Location"] == HOME


@pytest.mark.parametrize("phone", ["", "abc", "12", "+44\x0077", "9" * 500])
def test_what_is_no_phone_is_told_beside_the_field(client: Client, anna: cast.Role, phone: str) -> None:
    answer = ask(client, phone)

    assert answer.status_code == 422
    assert b"does not look like a phone number" in answer.content


def test_the_code_page_without_a_phone_leads_back(client: Client, anna: cast.Role) -> None:
    assert client.get(CODE).headers["Location"] == PHONE
    client.cookies["regulars_phone"] = "made:up"
    assert client.post(CODE, {"code": "123456"}).headers["Location"] == PHONE


def test_signing_in_leads_to_where_one_wanted_to_go(client: Client, anna: cast.Role) -> None:
    asked_for = client.get("/account/points/").headers["Location"]
    assert asked_for == "/account/sign-in/?next=%2Faccount%2Fpoints%2F"
    ask(client, next="/account/points/")

    answer = client.post(CODE, {"code": sent_code()})

    assert answer.headers["Location"] == "/account/points/"


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:1", "x"])
def test_it_never_leads_to_another_host(client: Client, anna: cast.Role, wanted: str) -> None:
    ask(client, next=wanted)

    assert client.post(CODE, {"code": sent_code()}).headers["Location"] == HOME


def test_signing_out_closes_the_session_and_again_changes_nothing(phone: Client) -> None:
    first, second = phone.post("/account/sign-out/"), phone.post("/account/sign-out/")

    assert (first.status_code, second.status_code) == (302, 302)
    assert Session.objects.count() == 0
    assert phone.get(HOME).status_code == 302


@pytest.mark.parametrize("language", ["en", "ru"])
def test_before_there_is_a_programme_the_page_says_so(client: Client, db: Any, language: str) -> None:
    said = {"en": "has not opened yet", "ru": "ещё не открылась"}[language]
    assert "has not opened yet" in ask(client).content.decode()
    assert said in client.get("/account/", headers={"Accept-Language": language}, follow=True).content.decode()


def test_another_code_may_be_asked_for_without_typing_the_number_again(client: Client, anna: cast.Role) -> None:
    ask(client)
    first = sent_code()

    answer = client.post(CODE, {"again": "1"})

    assert "Another code is on its way to +44 ••• 01" in answer.content.decode()
    assert Message.objects.count() == 2
    assert client.post(CODE, {"code": sent_code()}).headers["Location"] == HOME
    assert first


def test_the_sixth_code_within_five_minutes_is_not_sent(client: Client, anna: cast.Role) -> None:
    answers = [ask(client).status_code for _ in range(7)]

    assert answers == [302] * 7
    assert Message.objects.count() == 5
