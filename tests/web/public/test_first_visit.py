"""The first visit makes the first administrator and the programme for who holds the set-up word; then it is gone."""

from typing import Any

import pytest
from django.test import Client

from regulars.access.models import Employee
from regulars.loyalty.programme.models import PointsCurrency, Programme
from regulars.loyalty.subscriptions.models import MailingType
from regulars.web.public import places
from regulars.web.public.first_visit import setup_word
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still_clock")]
PAGE = "/first-visit/"
GOOD = "a lamp over the blue door"


def form(**changes: str) -> dict[str, str]:
    return {
        "word": setup_word(), "login": "ada", "password": GOOD, "name": "Corner Club", "region": "GB", "currency": "GBP",
        "time_zone": "Europe/London", **changes,
    }  # fmt: skip


def test_while_nobody_works_here_the_front_page_asks_for_the_first_administrator(client: Client) -> None:
    answer = client.get(f"/?word={setup_word()}", headers={"Accept-Language": "de-AT,de;q=0.9"})

    assert answer.status_code == 200
    context = answer.context
    assert (context["word"], context["region"], context["currency"]) == (setup_word(), "AT", "EUR")
    assert context["time_zone"] == "Europe/Vienna"
    assert b'<option value="AT" selected>Austria' in answer.content


def test_it_makes_administrator_programme_points_and_mailing_types_and_signs_in(client: Client) -> None:
    answer = client.post(PAGE, form())

    assert answer.headers["Location"] == "/backoffice/"
    assert client.session["_auth_user_id"] == str(Employee.objects.get(login="ada").pk)
    assert Programme.objects.get().name == "Corner Club"
    assert PointsCurrency.objects.get().is_default
    assert MailingType.objects.count() == 7


def test_afterwards_there_is_no_such_page(client: Client) -> None:
    client.post(PAGE, form())

    assert Client().post(PAGE, form(login="eve")).status_code == 404
    assert b"Set-up word" not in Client().get("/").content
    assert Employee.objects.count() == 1


def test_the_word_may_be_typed_without_its_dashes(client: Client) -> None:
    assert client.post(PAGE, form(word=setup_word().replace("-", " ").upper())).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"word": ""}, "word"), ({"word": "wrong-word-here"}, "word"), ({"word": "é"}, "word"),
        ({"login": "two words"}, "login"), ({"password": "password1234"}, "password"), ({"name": ""}, "name"),
        ({"currency": "XXQ"}, "currency"), ({"currency": "\x00"}, "currency"), ({"region": "gb"}, "region"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_and_nothing_is_made(client: Client, changes: dict[str, str], field: str) -> None:
    answer = client.post(PAGE, form(**changes))

    assert answer.status_code == 422
    assert answer.context["problems"][0].field == field
    assert GOOD.encode() not in answer.content
    assert Employee.objects.count() == Programme.objects.count() == 0


def test_a_programme_that_exists_is_kept(client: Client) -> None:
    make.programme()
    assert b'name="currency"' not in client.get("/").content

    client.post(PAGE, {"word": setup_word(), "login": "ada", "password": GOOD})

    assert Employee.objects.count() == 1
    assert Programme.objects.get().name == "Corner Club"


def test_the_word_follows_from_the_secret_key(settings: Any) -> None:
    before = setup_word()

    settings.SECRET_KEY = "another"

    assert setup_word() != before
    assert len(before) == 14


@pytest.mark.parametrize(
    ("language", "place"),
    [
        ("ru-RU,ru;q=0.9", places.Place("RU", "RUB", "Europe/Moscow")),
        ("ru", places.Place("RU", "RUB", "Europe/Moscow")),
        ("en-US,en;q=0.5", places.Place("US", "USD", "America/New_York")),
        ("xx-YY, de-CH", places.Place("CH", "CHF", "Europe/Zurich")),
        ("", places.ANYWHERE),
        ("*", places.ANYWHERE),
        ("zh-Hant-TW", places.Place("TW", "TWD", "Asia/Taipei")),
        ("\udcff;;,,=", places.ANYWHERE),
    ],
)
def test_the_browsers_language_suggests_country_money_and_zone(language: str, place: places.Place) -> None:
    assert places.guess(language) == place
