"""A newcomer joins by the door through which members come in: phone, code, one screen, home."""

import re
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.loyalty.cards import queries as cards
from regulars.loyalty.members import actions as members
from regulars.loyalty.members import queries as people
from regulars.loyalty.members.models import Member, Session
from regulars.loyalty.programme import actions as programme
from regulars.loyalty.subscriptions import queries as subscriptions
from regulars.messages.models import Message
from regulars.web.account import proof
from tests import cast, make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("opened")]
PHONE, CODE, JOIN, HOME = "/account/sign-in/", "/account/sign-in/code/", "/account/sign-in/join/", "/account/"
NUMBER = "+447700900777"


@pytest.fixture
def opened(still_clock: Any) -> None:
    make.programme()


def sent_code() -> str:
    found = re.search(r"\d{6}", Message.objects.latest("id").text)
    assert found is not None
    return found[0]


def prove(client: Client, number: str = NUMBER, **more: str) -> Any:
    """Type the number and the code that arrived."""
    client.post(PHONE, {"phone": number, **more})
    return client.post(CODE, {"code": sent_code()})


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\u00a0", " "))


def nora() -> Member:
    found = people.find_by_phone(NUMBER)
    assert found is not None
    return found


def test_phone_code_name_and_she_stands_at_home_with_her_card(client: Client) -> None:
    assert prove(client).headers["Location"] == JOIN

    answer = client.post(JOIN, {"first_name": "Nora"}, headers={"User-Agent": "Mozilla/5.0 (Android) Firefox/140.0"})

    assert answer.headers["Location"] == HOME
    card = cards.find_main(nora())
    assert card is not None
    shown = words(client.get(HOME))
    assert "Welcome, Nora" in shown
    assert "Show this code at the till to collect points." in shown
    assert " ".join(card.number[i : i + 4] for i in range(0, 13, 4)) in shown
    assert Session.objects.get().device == "Firefox · Android"
    assert people.get_contacts(nora()).phone_is_verified


def test_nobody_has_to_give_a_name(client: Client) -> None:
    prove(client)

    client.post(JOIN, {"first_name": "Nor", "skip": "1"})

    assert nora().first_name == ""
    shown = words(client.get(HOME))
    assert "Welcome" in shown
    assert "My card" in shown
    assert nora().public_id not in client.get(HOME).content.decode()


def test_signing_in_and_joining_look_alike_until_the_phone_is_proven(client: Client) -> None:
    cast.anna()
    answers = []
    for number in (cast.ANNA.phone, NUMBER):
        browser = Client()
        asked = browser.post(PHONE, {"phone": number})
        page = browser.get(CODE)
        wrong = browser.post(CODE, {"code": "12"})
        bare = [re.sub(r'value="[^"]+"|••• \d\d', "", each.content.decode()) for each in (page, wrong)]
        cookie = asked.cookies["regulars_phone"]
        answers.append((asked.status_code, asked.headers["Location"], cookie["path"], wrong.status_code, *bare))

    assert answers[0] == answers[1]


def test_known_and_unknown_phones_cost_the_same_work_and_time(client: Client) -> None:
    cast.anna()
    asked = {}
    for number in (cast.ANNA.phone, NUMBER):
        with CaptureQueriesContext(connection) as cost:
            Client().post(PHONE, {"phone": number})
        asked[number] = [each["sql"].split(" ", 1)[0] for each in cost]

    assert asked[cast.ANNA.phone] == asked[NUMBER]
    assert 0.5 < seconds(cast.ANNA.phone[:-1]) / seconds(NUMBER[:-1]) < 2


def seconds(prefix: str) -> float:
    """How long the answer takes for ten numbers that begin alike, in the middle."""

    def one(digit: int) -> float:
        began = perf_counter()
        Client().post(PHONE, {"phone": f"{prefix}{digit}"})
        return perf_counter() - began

    return median(one(digit) for digit in range(10))


def test_five_wrong_guesses_are_all_for_a_stranger_too(client: Client) -> None:
    client.post(PHONE, {"phone": NUMBER})
    code = sent_code()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert client.post(CODE, {"code": wrong}).status_code == 422

    answer = client.post(CODE, {"code": code})

    assert answer.status_code == 422
    assert "This code does not fit" in words(answer)


def test_too_many_wishes_are_told_with_the_time_when_there_are_more(settings: Any, client: Client) -> None:
    settings.CODES_PER_ADDRESS = 2
    numbers = [f"+44770090070{n}" for n in range(3)]

    answers = [client.post(PHONE, {"phone": number}, REMOTE_ADDR="203.0.113.9") for number in numbers]

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert answers[2].headers["Retry-After"] == "3600"
    assert "Try again after 10:00." in words(answers[2])  # 9:00 UTC and an hour, in London
    assert numbers[2] in answers[2].content.decode(), "what was typed stays"
    assert Message.objects.count() == 2
    assert client.post(PHONE, {"phone": numbers[2]}, REMOTE_ADDR="203.0.113.10").status_code == 302


def test_pressing_twice_joins_once(client: Client) -> None:
    prove(client)
    other = Client()
    other.cookies["regulars_phone"] = client.cookies["regulars_phone"].value

    first, second = (each.post(JOIN, {"first_name": "Nora"}) for each in (client, other))

    assert first.headers["Location"] == second.headers["Location"] == HOME
    assert Member.objects.count() == 1
    assert "Welcome, Nora" in words(other.get(HOME))


def test_going_back_after_joining_leads_home(client: Client) -> None:
    prove(client)
    client.post(JOIN, {"first_name": "Nora"})

    assert client.get(JOIN).headers["Location"] == HOME
    assert client.post(JOIN, {"first_name": "Other"}).headers["Location"] == HOME
    assert nora().first_name == "Nora"


def test_who_became_a_member_at_the_till_meanwhile_is_signed_in(client: Client) -> None:
    prove(client)
    known = make.member(phone=NUMBER, first_name="Eleanor")

    answer = client.post(JOIN, {"first_name": "Nora"})

    assert answer.headers["Location"] == HOME
    assert Member.objects.get() == known
    assert "Eleanor" in words(client.get(HOME))


def test_a_blocked_member_gets_neither_code_nor_a_second_account(client: Client) -> None:
    members.block(make.member(phone=NUMBER), reason="fraud", by=make.BY, at=make.AT)

    asked = client.post(PHONE, {"phone": NUMBER})

    assert asked.headers["Location"] == CODE
    assert not Message.objects.exists()
    assert client.post(CODE, {"code": "000000"}).status_code == 422
    assert client.get(JOIN).headers["Location"] == PHONE


def test_without_a_proven_phone_there_is_no_joining(client: Client) -> None:
    assert client.get(JOIN).headers["Location"] == PHONE
    client.post(PHONE, {"phone": NUMBER})
    assert client.get(JOIN).headers["Location"] == PHONE
    assert client.post(JOIN, {"first_name": "Nora"}).headers["Location"] == PHONE

    forged = {"phone": NUMBER, "next": "", "proven": make.AT.isoformat()}
    client.cookies["regulars_phone"] = signing.dumps(forged, salt="another")
    assert client.post(JOIN, {"first_name": "Nora"}).headers["Location"] == PHONE
    assert not Member.objects.exists()


def test_the_proof_stays_on_the_screens_of_the_sign_in_and_out_of_scripts(client: Client, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True

    cookie = prove(client).cookies[proof.COOKIE]

    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["secure"]) == (PHONE, True, "Lax", True)
    assert cookie["max-age"] == timedelta(minutes=15).total_seconds()
    assert client.post(JOIN, {}).cookies[proof.COOKIE].value == ""


def test_a_proof_that_took_too_long_leads_to_a_new_code(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    prove(client)
    monkeypatch.setattr("regulars.kit.clock.now", lambda: make.AT + timedelta(minutes=16))

    answer = client.post(JOIN, {"first_name": "Nora"})

    assert answer.status_code == 422
    assert "Too much time has passed since the code" in words(answer)
    assert b'id="phone"' in answer.content
    assert not Member.objects.exists()


def test_joining_leads_to_where_one_wanted_to_go(client: Client) -> None:
    prove(client, next="/account/points/")

    assert client.post(JOIN, {}).headers["Location"] == "/account/points/"


@pytest.mark.parametrize("name", ["x" * 101, "Nora\x00"])
def test_a_name_that_cannot_be_kept_is_told_at_the_field(client: Client, name: str) -> None:
    prove(client)

    answer = client.post(JOIN, {"first_name": name})

    assert answer.status_code == 422
    assert "This name is too long" in words(answer)
    assert b'id="first_name-wrong"' in answer.content
    assert client.post(JOIN, {"first_name": "Nora"}).headers["Location"] == HOME


def test_a_name_is_printed_and_not_run(client: Client) -> None:
    prove(client)

    client.post(JOIN, {"first_name": "<b>{{ nora }}</b>"})

    assert b"Welcome, &lt;b&gt;{{ nora }}&lt;/b&gt;" in client.get(HOME).content


def test_hidden_asks_nothing_about_messages(client: Client) -> None:
    prove(client)

    page = client.get(JOIN).content.decode()

    assert 'name="consent"' not in page
    assert "Join without a name" in page


@pytest.mark.parametrize(
    ("language", "code", "asked"),
    [("en", "joining-1-en", "Corner Club may write to me"), ("ru", "joining-1-ru", "«Corner Club» может писать мне")],
)
def test_optional_shows_the_words_unticked_and_keeps_which_they_were(
    client: Client, language: str, code: str, asked: str
) -> None:
    programme.set_consent_mode("optional", by=make.BY, at=make.AT)
    prove(client)
    page = client.get(JOIN, headers={"Accept-Language": language}).content.decode()
    assert asked in page
    assert f'value="{code}"' in page
    assert not re.search(r'name="consent"[^>]*checked', page)

    client.post(JOIN, {"wording": code, "consent": "yes"}, headers={"Accept-Language": language})

    entry = subscriptions.list_entries(nora())[0]
    assert (entry.reason, entry.wording) == ("optional", code)
    assert subscriptions.get_matrix(nora()).is_on("mailings", "sms")


def test_optional_lets_in_who_does_not_tick(client: Client) -> None:
    programme.set_consent_mode("optional", by=make.BY, at=make.AT)
    prove(client)

    client.post(JOIN, {"wording": "joining-1-en"})

    assert subscriptions.get_matrix(nora()).summary().state == "nothing"
    assert "You hear nothing from us" in words(client.get(HOME))


def test_mandatory_says_so_at_the_box_and_keeps_the_name(client: Client) -> None:
    programme.set_consent_mode("mandatory", by=make.BY, at=make.AT)
    prove(client)

    answer = client.post(JOIN, {"wording": "joining-1-en", "first_name": "Nora"})

    assert answer.status_code == 422
    assert "Nobody joins without this." in words(answer)
    assert b'id="consent-wrong"' in answer.content
    assert b'value="Nora"' in answer.content
    assert not Member.objects.exists()
    assert client.post(JOIN, {"wording": "joining-1-en", "consent": "yes"}).headers["Location"] == HOME


def test_words_that_have_changed_meanwhile_are_read_again(client: Client) -> None:
    programme.set_consent_mode("optional", by=make.BY, at=make.AT)
    prove(client)

    answer = client.post(JOIN, {"wording": "joining-0-en", "consent": "yes"})

    assert "The question about messages has changed meanwhile" in words(answer)
    assert not Member.objects.exists()


def test_the_whole_way_in_russian(client: Client) -> None:
    russian = {"Accept-Language": "ru-RU,ru;q=0.9"}
    first = client.get(PHONE, headers=russian)
    client.post(PHONE, {"phone": NUMBER}, headers=russian)
    second = client.get(CODE, headers=russian)
    client.post(CODE, {"code": sent_code()}, headers=russian)
    third = client.get(JOIN, headers=russian)
    client.post(JOIN, {"first_name": "Нора"}, headers=russian)
    home = client.get(HOME, headers=russian)

    assert "Вход и регистрация" in words(first)
    assert "ваш код" in Message.objects.latest("id").text
    assert "Шесть цифр уже в пути на +44 ••• 77. Они действуют 5 минут." in words(second)
    assert "Рады знакомству" in words(third)
    assert "Добро пожаловать, Нора" in words(home)
    assert "Покажите этот код на кассе" in words(home)
    assert nora().locale == "ru"


def test_fields_are_made_for_phones(client: Client) -> None:
    asked = client.get(PHONE).content.decode()
    client.post(PHONE, {"phone": NUMBER})
    code = client.get(CODE).content.decode()
    client.post(CODE, {"code": sent_code()})
    name = client.get(JOIN).content.decode()

    assert re.search(r'id="phone"[^>]*type="tel"[^>]*inputmode="tel"[^>]*autocomplete="tel"', asked)
    assert re.search(r'id="code"[^>]*inputmode="numeric"[^>]*autocomplete="one-time-code"', code)
    assert 'autocomplete="given-name"' in name


def test_what_of_a_stranger_is_kept_is_gone_two_hours_later(client: Client) -> None:
    from regulars.loyalty.members import sign_in

    client.post(PHONE, {"phone": NUMBER})

    sign_in.forget_old(at=make.AT + timedelta(hours=2))

    assert [(sent.address, sent.text) for sent in Message.objects.all()] == [("", "")]
    assert client.post(CODE, {"code": "123456"}).status_code == 422
