"""As long as the database does not fit the program, pages and APIs answer 503 with what helps; health and styles go on."""

from collections.abc import Iterator

import pytest
from django.test import Client

from regulars.kit import schema_state
from regulars.kit.schema_state import Standing

OLDER = Standing(pending=("providers.0002_hold", "providers.0003_more"))
NEWER = Standing(unknown=("providers.0099_later",))


@pytest.fixture
def older() -> Iterator[Client]:
    schema_state.remember(OLDER)
    yield Client()
    schema_state.remember()


@pytest.mark.parametrize("address", ["/", "/account/", "/backoffice/", "/till/", "/nothing-here"])
def test_every_page_says_so_without_asking_the_database(older: Client, address: str) -> None:
    answer = older.get(address)

    assert answer.status_code == 503
    assert "2 steps of the schema to go" in answer.text
    assert "<code>regulars upgrade</code>" in answer.text
    assert answer.headers["Retry-After"] == "15"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_every_api_answers_with_a_problem_document(older: Client) -> None:
    answer = older.post("/api/pos/v1/purchases/one/confirm", "{}", content_type="application/json")

    said = answer.json()
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (said["code"], said["status"]) == ("schema_not_current", 503)
    assert "regulars upgrade" in said["detail"]
    assert said["request_id"] == answer.headers["Request-Id"]


def test_styles_go_on(older: Client) -> None:
    assert older.get("/static/shell/shell.css").status_code == 200


@pytest.mark.django_db
def test_health_goes_on(older: Client) -> None:
    assert older.get("/healthz").status_code == 200


def test_a_database_of_a_newer_release_is_told_apart() -> None:
    schema_state.remember(NEWER)

    answer = Client().get("/")

    assert answer.status_code == 503
    assert "upgraded by a newer release" in answer.text


@pytest.mark.django_db
def test_once_it_fits_the_page_is_there() -> None:
    assert Client().get("/docs/errors").status_code == 200
    assert "schema_not_current" in Client().get("/docs/errors").text
