"""A till signs in once with its key; whoever has none sees nothing but the door."""

import pytest
from django.test import Client

from regulars.access import actions as access
from regulars.access.models import TillKey
from regulars.web.till import sign_in
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> str:
    return access.issue_till_key(make.till().pk, by=make.BY, at=make.AT)


def test_without_a_key_every_address_leads_to_the_door(client: Client, key: str) -> None:
    assert client.get("/till/").url == "/till/sign-in"
    assert client.post("/till/pay", {"how": "card"}).url == "/till/sign-in"


def test_the_script_is_led_to_the_door_too(client: Client, key: str) -> None:
    answer = client.post("/till/scan", headers={"HX-Request": "true", "HX-Target": "basket"})

    assert answer.headers["HX-Redirect"] == "/till/sign-in"
    assert answer.content == b""


def test_a_key_is_pasted_once_and_kept_where_no_script_reads_it(client: Client, key: str) -> None:
    answer = client.post("/till/sign-in", {"key": f" {key}\n"})

    cookie = answer.cookies[sign_in.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", "")
    assert client.get("/till/").status_code == 200


def test_over_https_the_cookie_is_secure(client: Client, key: str, settings) -> None:
    settings.PUBLIC_ADDRESS = "https://club.example.org"

    assert client.post("/till/sign-in", {"key": key}).cookies[sign_in.COOKIE]["secure"] is True


@pytest.mark.parametrize("wrong", ["", "till_wrong", "till_\x00", "ключ", "x" * 5000])
def test_another_key_is_told_so_in_one_sentence(client: Client, key: str, wrong: str) -> None:
    answer = client.post("/till/sign-in", {"key": wrong})

    assert answer.status_code == 422
    assert sign_in.UNKNOWN in answer.content.decode()
    assert sign_in.COOKIE not in answer.cookies


def test_a_revoked_key_opens_nothing(client: Client, key: str, django_capture_on_commit_callbacks) -> None:
    client.post("/till/sign-in", {"key": key})
    with django_capture_on_commit_callbacks(execute=True):
        access.revoke_till_key(TillKey.objects.get(), by=make.BY, at=make.AT)

    assert client.get("/till/").url == "/till/sign-in"


def test_signing_out_forgets_the_key(client: Client, key: str) -> None:
    client.post("/till/sign-in", {"key": key})
    client.post("/till/sign-out")

    assert client.get("/till/").url == "/till/sign-in"
