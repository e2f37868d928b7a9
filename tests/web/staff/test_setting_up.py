"""Set-up links, apps and recovery codes: shown once, good once, sealed in the database."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from regulars.access import employees, sealing
from regulars.access.models import Employee, SetUpLink
from regulars.journal.models import Entry
from regulars.kit import clock
from tests import make
from tests.web.staff.phone import GOOD, Somebody, code, employee, enrolled
from tests.web.staff.test_signing_in import said


def invited(**fields: Any) -> tuple[Employee, str]:
    olga, token = employees.invite("olga", name="Olga Berg", roles=["operator"], by=make.BY, at=clock.now(), **fields)
    return olga, f"/staff/set-up/{token}/"


def choose(path: str, password: str = GOOD, again: str = "") -> tuple[Client, Any]:
    client = Client()
    return client, client.post(path, {"password": password, "again": again or password})


def test_an_employee_chooses_a_password_and_goes_on_to_the_second_factor() -> None:
    _olga, path = invited()
    assert "Olga Berg" in Client().get(path).text

    client, answer = choose(path)
    led = client.get("/contact-centre/")

    assert answer.headers["Location"] == "/contact-centre/"
    assert led.headers["Location"] == "/staff/app/"
    assert Employee.objects.get().check_password(GOOD)
    told = Entry.objects.get(event="access.SetUpLinkUsed")
    assert (told.by_kind, told.by_id, told.door) == ("employee", "olga", "staff")


def test_a_link_is_good_once() -> None:
    _olga, path = invited()
    choose(path)

    _client, again = choose(path, "another lamp, another door")

    assert again.status_code == 404
    assert "does not open any more" in again.text
    assert Employee.objects.get().check_password(GOOD)


def test_looking_uses_nothing_up() -> None:
    _olga, path = invited()

    for _each in range(3):
        assert Client().get(path).status_code == 200

    assert choose(path)[1].status_code == 302


def test_a_link_is_good_for_a_day() -> None:
    _olga, path = invited()
    SetUpLink.objects.update(expires_at=clock.now() - timedelta(seconds=1))

    assert Client().get(path).status_code == 404
    assert choose(path)[1].status_code == 404


def test_a_closed_account_has_no_link_that_opens() -> None:
    olga, path = invited()

    employees.close_employee(olga, by=make.BY, at=clock.now())
    employees.reopen_employee(olga, by=make.BY, at=clock.now())

    assert choose(path)[1].status_code == 404


@pytest.mark.parametrize(
    ("password", "again", "about"),
    [
        ("short", "", "short"),
        ("olga berg 1234", "", "similar"),
        (GOOD, GOOD + "!", "differ"),
        ("a\x00" * 10, "", "NUL"),
    ],
)
def test_a_password_that_cannot_be_is_told_and_the_link_stays(password: str, again: str, about: str) -> None:
    _olga, path = invited()

    client, answer = choose(path, password, again)

    assert answer.status_code == 422
    assert about in answer.text
    assert "_auth_user_id" not in client.session
    assert choose(path)[1].status_code == 302


def test_a_link_for_somebody_with_a_second_factor_asks_for_it() -> None:
    olga = enrolled("olga", "operator")
    ada = employee("ada")
    token = employees.make_set_up_link(Employee.objects.get(login="olga"), by=make.BY, at=clock.now())

    client, answer = choose(f"/staff/set-up/{token}/", "another lamp, another door")
    between = client.get("/backoffice/").status_code
    shown = client.post("/staff/sign-in/second-step/", {"code": code(olga.secret)})

    assert answer.headers["Location"] == "/staff/sign-in/second-step/"
    assert (between, shown.status_code) == (302, 302)
    assert client.get("/contact-centre/").status_code == 200
    assert not olga.is_in(), "who had the old password is out"
    assert ada.is_active


def test_a_links_secret_is_nowhere_in_the_database() -> None:
    _olga, path = invited()
    secret = path.split("/")[-2]

    with connection.cursor() as cursor:
        cursor.execute("select string_agg(row_to_json(l)::text, '') from access_setuplink l")
        rows = cursor.fetchone()[0]
        cursor.execute("select string_agg(body::text, '') from journal_entry")
        told = cursor.fetchone()[0]

    assert secret not in rows + told
    assert secret.partition("_")[2] not in rows + told


def test_secrets_lie_sealed() -> None:
    ada = enrolled()

    app, codes = (Authenticator.objects.get(type=kind).data for kind in ("totp", "recovery_codes"))

    assert ada.secret.replace(" ", "") not in str(app)
    assert sealing.unseal(app["secret"]) == ada.secret.replace(" ", "")
    assert len(sealing.unseal(codes["seed"])) == 80
    assert not any(each in str(codes) for each in ada.codes)


def test_a_new_secret_key_opens_what_the_earlier_one_sealed_and_seals_it_anew(settings: Any) -> None:
    ada = enrolled()
    before = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the next key", [before]
    ada.client = Client()
    ada.type_password()

    answer = ada.type_code(code(ada.secret))
    settings.SECRET_KEY_FALLBACKS = []

    assert answer.status_code == 302
    assert sealing.unseal(Authenticator.objects.get(type="totp").data["secret"]) == ada.secret.replace(" ", "")
    assert sealing.unseal(Authenticator.objects.get(type="recovery_codes").data["seed"])


def test_a_lost_secret_key_is_told_in_words(settings: Any) -> None:
    ada = enrolled()
    settings.SECRET_KEY = "nobody knows the earlier one"
    ada.client = Client()
    ada.type_password()

    answer = ada.type_code(code(ada.secret))

    assert answer.status_code == 200
    assert "REGULARS_SECRET_KEY_FALLBACKS" in said(answer)[0]


def test_recovery_codes_are_shown_once() -> None:
    ada = enrolled()

    again = ada.client.get("/staff/recovery-codes/")

    assert (len(ada.codes), len(set(ada.codes))) == (10, 10)
    assert again.headers["Location"] == "/staff/"
    assert not any(each in ada.client.get("/staff/").text for each in ada.codes)


def test_new_recovery_codes_replace_the_old_ones_even_for_who_came_in_by_one() -> None:
    ada = enrolled()
    ada.sign_out()
    ada.type_password()
    ada.type_code(ada.codes[0])

    shown = ada.client.post("/staff/recovery-codes/new/", follow=True)
    ada.sign_out()
    ada.type_password()

    assert "now and never again" in shown.text
    assert said(ada.type_code(ada.codes[1]))
    assert Entry.objects.filter(event="access.SecondFactorAdded", body__kind="recovery_codes").count() == 1


def test_a_removed_app_opens_nothing_and_the_next_page_asks_for_another() -> None:
    ada = enrolled()

    ada.client.post("/staff/app/remove/")
    led = ada.client.get("/backoffice/")

    assert led.headers["Location"] == "/staff/app/"
    assert not Authenticator.objects.exists()
    assert Entry.objects.filter(event="access.SecondFactorRemoved", body__kind="totp").exists()
    ada.enrol()
    assert ada.is_in()


def test_a_wrong_first_code_sets_nothing_up() -> None:
    employee("ada")
    ada = Somebody("ada")
    ada.type_password()
    ada.client.get("/staff/app/")

    answer = ada.client.post("/staff/app/", {"code": "000000"})

    assert said(answer) == ["This code does not fit. It changes every 30 seconds: take the one that is shown now."]
    assert not Authenticator.objects.exists()
    assert not Entry.objects.filter(event="access.SecondFactorAdded").exists()


def test_who_signed_in_long_ago_says_the_password_once_more_before_changing_anything() -> None:
    ada = enrolled()
    session = ada.client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 1000
    session.save()

    asked = ada.client.get("/staff/app/remove/")
    wrong = ada.client.post(asked.headers["Location"], {"password": "guess"})
    right = ada.client.post(asked.headers["Location"], {"password": GOOD, "next": "/staff/app/remove/"})

    assert asked.headers["Location"].startswith("/staff/again/?next=")
    assert said(wrong) == ["This is not your password. Capital letters matter."]
    assert right.headers["Location"] == "/staff/app/remove/"
    assert ada.client.get("/staff/app/remove/").status_code == 200
