"""Without a second factor, or without showing it in this session, no page for employees opens."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars import settings as shipped
from regulars.access import employees
from regulars.access.models import Employee
from regulars.web.public.first_visit import setup_word
from tests import make
from tests.web.staff.phone import GOOD, Somebody, code, employee, enrolled

DOORS = ["/backoffice/", "/backoffice/journal/entry/", "/smartcomms/", "/contact-centre/"]


def test_it_is_required_unless_this_is_the_demo() -> None:
    assert shipped.IS_DEMO is False
    assert shipped.SECOND_FACTOR_REQUIRED is True


@pytest.mark.parametrize("door", DOORS)
def test_who_has_none_sets_one_up_first_and_then_goes_on(door: str) -> None:
    employee("ada")
    ada = Somebody("ada")
    ada.type_password()

    stopped = ada.client.get(f"{door}?x=1")
    posted = ada.client.post(door, {})
    ada.client.get(f"{door}?x=1")
    ada.enrol()
    shown = ada.client.get("/staff/")

    assert (stopped.status_code, stopped.headers["Location"]) == (302, "/staff/app/")
    assert (posted.status_code, posted.headers["Location"]) == (302, "/staff/app/")
    assert shown.status_code == 200
    assert ada.client.get(door).status_code == 200


def test_the_page_of_recovery_codes_leads_to_where_one_wanted_to_go() -> None:
    employee("ada")
    ada = Somebody("ada")
    ada.type_password()
    ada.client.get("/backoffice/journal/entry/?q=1")

    page = ada.client.get("/staff/app/").text
    secret = page.partition('id="secret"')[2].partition(">")[2].partition("<")[0]
    answer = ada.client.post("/staff/app/", {"code": code(secret)}, follow=True)

    assert 'href="/backoffice/journal/entry/?q=1"' in answer.text


@pytest.mark.parametrize("door", DOORS)
def test_a_session_that_did_not_show_it_is_asked_and_then_goes_on(door: str) -> None:
    ada = enrolled()
    bare = Client()
    bare.force_login(Employee.objects.get())

    stopped = bare.get(door)
    answer = bare.post(stopped.headers["Location"], {"code": code(ada.secret), "next": door})

    assert stopped.headers["Location"].startswith("/staff/again/code/?next=")
    assert answer.headers["Location"] == door
    assert bare.get(door).status_code == 200


def test_such_a_session_changes_nothing_about_the_sign_in_either() -> None:
    enrolled()
    bare = Client()
    bare.force_login(Employee.objects.get())

    for path in ("", "password/", "app/", "app/remove/", "recovery-codes/", "recovery-codes/new/", "passkeys/add/"):
        answer = bare.get(f"/staff/{path}")
        assert answer.headers["Location"].startswith("/staff/again/code/"), path
    assert bare.post("/staff/sessions/end/").headers["Location"].startswith("/staff/again/code/")


def test_what_was_shown_counts_only_while_it_exists() -> None:
    ada, _eve = enrolled(), enrolled("eve")
    assert ada.is_in()

    employees.withdraw_second_factors(Employee.objects.get(login="ada"), by=make.BY, at=make.AT)
    is_in = ada.is_in()
    thief = Somebody("ada")
    thief.type_password()
    thief.enrol()

    assert not is_in, "withdrawing ends every session"
    assert not ada.is_in()


def test_a_swapped_page_is_led_away_as_a_whole() -> None:
    employee("ada")
    ada = Somebody("ada")
    ada.type_password()

    answer = ada.client.get("/backoffice/", headers={"hx-request": "true"})

    assert answer.headers["HX-Redirect"] == "/staff/app/"


def test_the_demo_lets_in_without(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    employee("ada")
    bare = Client()
    bare.force_login(Employee.objects.get())

    assert [bare.get(door).status_code for door in DOORS] == [200] * 4


def test_pages_for_others_ask_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        Client().get("/healthz")
        Client().get("/account/")

    assert not [query for query in asked.captured_queries if "mfa_authenticator" in query["sql"]]


def test_the_first_administrator_sets_it_up_after_the_first_visit() -> None:
    client = Client()
    client.get("/")

    answer = client.post("/first-visit/", {"word": setup_word(), "login": "ada", "password": GOOD}, follow=True)

    assert answer.redirect_chain[-1][0] == "/staff/app/"
    assert "Set up your second factor" in answer.text
