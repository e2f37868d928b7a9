"""Employees sign in by password and second factor; guessing is slow, and nothing else opens the door."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from regulars.access import employees
from regulars.access.models import Employee, Remembered
from regulars.journal.models import Entry
from regulars.web.staff.urls import urlpatterns
from tests import make
from tests.web.staff.phone import GOOD, Somebody, code, employee, enrolled

SAID = re.compile(r"<li><a href=\"#\w+\">([^<]*)</a>")
WRONG = ["This login and password do not belong together. Capital letters matter."]
TOO_MANY = ["Too many tries. Wait five minutes, then try again."]


def said(page: Any) -> list[str]:
    return SAID.findall(page.text)


def test_password_and_code_lead_to_where_one_wanted_to_go() -> None:
    ada = enrolled()
    ada.sign_out()
    wanted = "/backoffice/journal/entry/?q=1"

    door = ada.client.get(wanted, follow=True)
    first = ada.type_password(next=wanted)
    between = ada.is_in()
    second = ada.type_code(code(ada.secret))

    assert "Sign in to the back office" in door.text
    assert (first.headers["Location"], between) == ("/staff/sign-in/second-step/", False)
    assert second.headers["Location"] == wanted
    assert ada.is_in()


def test_a_sign_in_is_written_down_with_what_was_shown() -> None:
    ada = enrolled()
    ada.sign_out()
    ada.type_password()
    ada.type_code(code(ada.secret))
    ada.sign_out()
    ada.type_password()
    ada.type_code(ada.codes[0])

    told = Entry.objects.filter(event="access.EmployeeSignedIn").order_by("id")

    assert [(each.by_id, each.door, each.body["second_factor"]) for each in told] == [
        ("ada", "staff", ""), ("ada", "staff", "totp"), ("ada", "staff", "recovery_codes"),
    ]  # fmt: skip


def test_a_code_is_good_once_however_long_it_is_shown() -> None:
    ada = enrolled()
    ada.sign_out()
    digits = code(ada.secret)
    ada.type_password()
    ada.type_code(digits)
    ada.sign_out()
    ada.type_password()

    again = ada.type_code(digits)
    cache.delete(f"allauth.mfa.totp.used?user={Employee.objects.get().pk}&code={digits}")  # which forgets after a step
    later = ada.type_code(f"{digits[:3]} {digits[3:]}")

    assert said(again) == said(later) == ["This code was used already. Wait for the next one in your app."]
    assert not ada.is_in()


def test_the_code_of_setting_up_does_not_sign_in() -> None:
    ada = enrolled()
    ada.sign_out()
    ada.type_password()

    answer = ada.type_code(ada.first_code)

    assert said(answer) == ["This code was used already. Wait for the next one in your app."]


def test_a_recovery_code_is_good_once() -> None:
    ada = enrolled()
    ada.sign_out()
    ada.type_password()
    first = ada.type_code(ada.codes[3])
    ada.sign_out()
    ada.type_password()

    second = ada.type_code(ada.codes[3])

    assert first.headers["Location"] == "/backoffice/"
    assert second.status_code == 200
    assert said(second)


def test_unknown_and_known_logins_get_the_same_answer() -> None:
    employee("ada")
    employee("olga")
    employees.close_employee(Employee.objects.get(login="olga"), by=make.BY, at=make.AT)

    answers = [Somebody(login).type_password("not this one") for login in ("ada", "nobody", "olga")]

    shown = {
        re.sub(r'(name="csrfmiddlewaretoken"|id="id_login" name="login") value="[^"]*"', "", answer.text)
        for answer in answers
    }
    assert len(shown) == 1
    assert said(answers[0]) == WRONG


def test_a_password_is_weighed_for_an_unknown_login_too(monkeypatch: pytest.MonkeyPatch) -> None:
    employee("ada")
    weighed = []
    monkeypatch.setattr(
        "django.contrib.auth.hashers.MD5PasswordHasher.encode",
        lambda self, password, salt, **_more: weighed.append(password) or "md5$x$y",
    )

    for login in ("ada", "nobody"):
        Somebody(login).type_password("guess")

    assert weighed == ["guess", "guess"], "as much work for one as for the other"


def test_five_wrong_passwords_shut_a_login_for_a_while_known_or_not() -> None:
    employee("ada")
    for login in ("ada", "nobody"):
        answers = [said(Somebody(login).type_password("guess")) for _each in range(6)]
        assert answers == [*[WRONG] * 5, TOO_MANY]

    assert said(Somebody("ada").type_password()) == TOO_MANY, "the right one, too, is not judged"


def test_one_address_tries_twenty_times_in_five_minutes_whatever_the_login() -> None:
    employee("ada")
    guesser, elsewhere = Client(REMOTE_ADDR="198.51.100.7"), Client(REMOTE_ADDR="198.51.100.8")

    answers = [said(Somebody(f"somebody-{place}", guesser).type_password("guess")) for place in range(21)]

    assert answers == [*[WRONG] * 20, TOO_MANY]
    assert Somebody("ada", elsewhere).type_password().status_code == 302


def test_more_requests_than_anybody_types_are_turned_away_with_a_sentence() -> None:
    client = Client(REMOTE_ADDR="198.51.100.7")

    answers = [client.post("/staff/sign-in/", {}) for _each in range(61)]

    assert [answer.status_code for answer in answers].count(429) == 1
    assert "Wait five minutes" in answers[-1].text


def test_five_wrong_codes_shut_the_second_step_for_a_while() -> None:
    ada = enrolled()
    ada.sign_out()
    ada.type_password()

    answers = [said(ada.type_code("000000")) for _each in range(6)]

    assert answers[5] == TOO_MANY
    assert TOO_MANY not in answers[:5]
    assert said(ada.type_code(code(ada.secret))) == TOO_MANY
    assert not ada.is_in()


def test_tries_are_counted_in_postgresql_and_forgotten() -> None:
    Somebody("nobody").type_password("guess")
    rows = Remembered.objects.filter(cache_key__contains="login_failed")
    assert rows.exists()

    rows.update(expires=make.AT)
    employees.forget_old(make.AT.replace(year=make.AT.year + 1))

    assert not Remembered.objects.exists()


def test_a_closed_account_is_told_only_to_who_knows_its_password() -> None:
    employees.close_employee(employee("olga", "operator"), by=make.BY, at=make.AT)

    assert said(Somebody("olga").type_password()) == ["This account is closed. Ask an administrator to open it again."]
    assert said(Somebody("olga").type_password("guess")) == WRONG


def test_an_account_closed_between_both_steps_does_not_get_in() -> None:
    ada = enrolled()
    employee("eve")
    ada.sign_out()
    ada.type_password()
    employees.close_employee(Employee.objects.get(login="ada"), by=make.BY, at=make.AT)

    ada.type_code(code(ada.secret))

    assert not ada.is_in()


@pytest.mark.parametrize("desk", ["backoffice", "smartcomms"])
def test_the_desks_own_forms_are_no_way_around(desk: str) -> None:
    ada = enrolled()
    typed = {"username": "ada", "password": GOOD, "next": f"/{desk}/"}
    olga = enrolled("olga", "operator")

    stranger = Client()
    answer = stranger.post(f"/{desk}/login/", typed)
    olga.client.post(f"/{desk}/login/", typed)

    assert answer.headers["Location"].startswith("/staff/sign-in/")
    assert stranger.get(f"/{desk}/").status_code == 302
    assert "_auth_user_id" not in stranger.session
    assert olga.client.session["_auth_user_id"] == str(Employee.objects.get(login="olga").pk)
    assert ada.is_in()


def test_only_the_addresses_that_we_chose_are_there() -> None:
    gone = (
        "account_signup", "account_email", "account_reset_password", "account_reset_password_from_key", "account_set_password",
        "account_email_verification_sent", "account_confirm_login_code", "account_request_login_code", "account_inactive",
        "mfa_list_webauthn", "mfa_login_webauthn", "mfa_signup_webauthn", "mfa_download_recovery_codes", "usersessions_list",
    )  # fmt: skip
    for name in gone:
        with pytest.raises(NoReverseMatch):
            reverse(name, kwargs={})

    names = {pattern.name for pattern in urlpatterns if isinstance(pattern, URLPattern)}
    assert len(names) == len(urlpatterns) == 17


def test_pages_look_like_ours() -> None:
    ada = enrolled()
    paths = [
        "", "again/", "again/code/", "again/passkey/", "password/", "app/", "app/remove/", "passkeys/add/", "recovery-codes/new/",
    ]  # fmt: skip

    shown = [ada.client.get(f"/staff/{path}", follow=True) for path in paths] + [Client().get("/staff/sign-in/")]

    for page in shown:
        used = {template.name for template in page.templates if template.name}
        assert page.status_code == 200
        assert not [name for name in used if name.startswith(("account/", "mfa/", "allauth/", "usersessions/"))], used
        assert "shell/base.html" in used
        assert "'self'" in page.headers["Content-Security-Policy"]
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        assert "no-store" in page.headers["Cache-Control"]
        assert not re.search(r"<script(?![^>]*(src=|application/json))", page.text)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_nobody_is_sent_to_another_house(elsewhere: str) -> None:
    ada = enrolled()
    ada.sign_out()
    ada.type_password(next=elsewhere)

    answer = ada.type_code(code(ada.secret))

    assert answer.headers["Location"] == "/backoffice/"


def test_operators_land_in_the_contact_centre() -> None:
    olga = enrolled("olga", "operator")
    olga.sign_out()
    olga.type_password()

    assert olga.type_code(code(olga.secret)).headers["Location"] == "/contact-centre/"


def test_signing_out_takes_a_press() -> None:
    ada = enrolled()

    assert ada.client.get("/staff/sign-out/").status_code == 405
    assert ada.is_in()
    ada.sign_out()
    assert not ada.is_in()


@pytest.mark.parametrize("desk", ["backoffice", "smartcomms"])
def test_the_desks_own_sign_out_is_the_same(desk: str) -> None:
    ada = enrolled()

    answer = ada.client.post(f"/{desk}/logout/")

    assert answer.headers["Location"] == "/staff/sign-in/"
    assert not ada.is_in()


@pytest.mark.parametrize(
    "typed", [{"login": "a\x00b"}, {"login": "x" * 300}, {"login": "", "password": ""}, {"next": "\x00"}]
)
def test_odd_letters_are_refused_and_nothing_falls_over(typed: dict[str, str]) -> None:
    answer = Client().post("/staff/sign-in/", {"login": "ada", "password": "guess", **typed})

    assert answer.status_code == 200
    assert said(answer)
