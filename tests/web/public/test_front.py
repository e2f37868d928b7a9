"""The page at `/`: doors, and under the demo a shop at work with one-tap sign-in for this machine only."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from regulars.access import actions as access
from regulars.access.models import TillKey
from regulars.loyalty.members.models import Session
from regulars.web.public import figures
from tests import cast, make

pytestmark = pytest.mark.django_db
SOMEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def shop(still_clock: Any, settings: Any) -> Iterator[cast.Role]:
    """The demo's shop: Anna, a till, and the employees that the builder makes."""
    settings.IS_DEMO = True
    figures.forget()
    make.programme()
    for login, role in (
        ("admin", "administrator"),
        ("marketer", "marketer"),
        ("operator", "operator"),
        ("auditor", "auditor"),
    ):
        access.add_employee(login, name=login.title(), roles=[role], password=None, by=make.BY, at=make.AT)
    make.till()
    yield cast.anna()
    figures.forget()


def enter(client: Client, role: str, form: dict[str, str] | None = None, **extra: Any) -> Any:
    return client.post(f"/demo/sign-in/{role}", form or {}, **extra)


def test_outside_the_demo_it_lists_the_doors(client: Client) -> None:
    make.programme()
    access.add_employee("ada", name="Ada", roles=["administrator"], password=None, by=make.BY, at=make.AT)

    page = client.get("/").content.decode()

    for door in ("/account/", "/till/", "/backoffice/"):
        assert f'href="{door}"' in page
    assert "/demo/" not in page


def test_the_demo_says_how_many_households_and_offers_every_role(client: Client, shop: cast.Role) -> None:
    page = client.get("/").content.decode()

    assert "A shop with 1 household is running." in page
    for role in ("anna", "cashier", "marketer", "smartcomms", "operator", "administrator", "auditor"):
        assert f'action="/demo/sign-in/{role}"' in page
    for place in ("/demo/consent/", "/sandbox/mail/"):
        assert f'href="{place}"' in page
    assert "<b>sum 0</b> in the ledger of points" in page


def test_while_the_demo_is_being_set_up_the_page_says_so(client: Client, settings: Any) -> None:
    settings.IS_DEMO = True

    page = client.get("/").content.decode()

    assert "The shop is being set up." in page
    assert 'http-equiv="refresh"' in page


def test_from_another_machine_the_demo_shows_plain_doors_and_no_number(client: Client, shop: cast.Role) -> None:
    page = client.get("/", **SOMEWHERE).text

    assert "/demo/" not in page
    assert "7700900001" not in page
    assert "number is +447700900001" in client.get("/").text


def test_one_tap_opens_annas_account(client: Client, shop: cast.Role) -> None:
    answer = enter(client, "anna")

    assert answer.headers["Location"] == "/account/"
    assert b"Anna Morgan" in client.get("/account/").content


def test_a_second_tap_uses_the_session_that_is_open(client: Client, shop: cast.Role) -> None:
    for _ in range(8):
        assert enter(client, "anna").headers["Location"] == "/account/"

    assert Session.objects.count() == 1


def test_too_many_fresh_browsers_are_told_to_wait(shop: cast.Role) -> None:
    answers = [enter(Client(), "anna").headers["Location"] for _ in range(6)]

    assert answers == ["/account/"] * 5 + ["/"]


def test_one_tap_stands_at_the_till_with_annas_card(client: Client, shop: cast.Role) -> None:
    answer = enter(client, "cashier", {"card": shop.card.number})

    assert answer.headers["Location"] == f"/till/?code={shop.card.number}"
    assert answer.cookies["regulars_till"].value.startswith("till_")
    assert TillKey.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "login", "door"),
    [
        ("marketer", "marketer", "/backoffice/"),
        ("administrator", "admin", "/backoffice/"),
        ("operator", "operator", "/contact-centre/"),
        ("auditor", "auditor", "/backoffice/"),
        ("smartcomms", "marketer", "/smartcomms/"),
    ],
)
def test_one_tap_signs_an_employee_in(client: Client, shop: cast.Role, role: str, login: str, door: str) -> None:
    answer = enter(client, role)

    assert answer.headers["Location"] == door
    assert client.get("/").wsgi_request.user.login == login  # type: ignore[attr-defined]


ROLES = ["anna", "cashier", "marketer", "smartcomms", "operator", "administrator", "auditor"]


@pytest.mark.parametrize("role", ROLES)
def test_outside_the_demo_there_is_no_one_tap(client: Client, shop: cast.Role, settings: Any, role: str) -> None:
    settings.IS_DEMO = False

    assert enter(client, role).status_code == 404
    assert set(client.cookies) <= {"csrftoken"}


@pytest.mark.parametrize("role", ROLES)
def test_from_another_machine_there_is_no_one_tap(client: Client, shop: cast.Role, role: str) -> None:
    assert enter(client, role, **SOMEWHERE).status_code == 404
    assert enter(client, role, HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 404
    assert enter(client, role, REMOTE_ADDR="").status_code == 404
    assert set(client.cookies) <= {"csrftoken"}


def test_one_tap_needs_a_press(client: Client, shop: cast.Role) -> None:
    assert client.get("/demo/sign-in/anna").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/demo/sign-in/anna").status_code == 403


def test_there_is_no_role_beyond_the_table(client: Client, shop: cast.Role) -> None:
    assert enter(client, "root").status_code == 404


def test_looking_at_the_front_page_writes_nothing(
    client: Client, shop: cast.Role, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(25) as asked:
        client.get("/")

    assert [
        query["sql"] for query in asked if query["sql"].lstrip().lower().startswith(("insert", "update", "delete"))
    ] == []
