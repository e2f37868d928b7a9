"""An operation that will end says so a year ahead: in every answer, and in the document of its API."""

from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import path
from ninja import Router

from regulars.api.endings import ends
from regulars.api.problems import make_api
from regulars.kit.refusal import Conflict

pytestmark = pytest.mark.urls(__name__)
router = Router()


@router.get("/old/{number}")
@ends(deprecated=date(2026, 11, 1), sunset=date(2027, 12, 1), instead="Call /new.")
def old(request: HttpRequest, number: int) -> dict[str, Any]:
    """What it did."""
    if number == 409:
        raise Conflict("Not now.")
    return {"number": number}


@router.get("/new")
def new(request: HttpRequest) -> dict[str, Any]:
    return {}


api = make_api("Ends", "1", "test-ends", auth=None, description="Only for tests.")
api.add_router("", router)
urlpatterns = [path("api/ends/v1/", api.urls)]


@pytest.fixture
def client(settings: Any) -> Client:
    settings.MIDDLEWARE = ["regulars.api.middleware.ApiProblems"]
    return Client()


@pytest.mark.parametrize(("number", "status"), [("1", 200), ("409", 409), ("x", 422)])
def test_every_answer_says_since_when_and_until_when(client: Client, number: str, status: int) -> None:
    answer = client.get(f"/api/ends/v1/old/{number}")

    assert answer.status_code == status
    assert answer["Deprecation"] == "@1793491200"
    assert parsedate_to_datetime(answer["Sunset"]).date() == date(2027, 12, 1)
    assert 'rel="deprecation"' in answer["Link"]


def test_other_operations_say_nothing(client: Client) -> None:
    assert "Deprecation" not in client.get("/api/ends/v1/new")


def test_the_document_marks_it(client: Client) -> None:
    paths = client.get("/api/ends/v1/openapi.json").json()["paths"]

    told = paths["/api/ends/v1/old/{number}"]["get"]
    assert told["deprecated"] is True
    assert told["description"].startswith(
        "Deprecated since 01 November 2026; answers until 01 December 2027. Call /new."
    )
    assert "What it did." in told["description"]
    assert "deprecated" not in paths["/api/ends/v1/new"]["get"]


def test_less_than_a_year_is_no_notice() -> None:
    with pytest.raises(ValueError, match="a year ahead"):
        ends(deprecated=date(2026, 11, 1), sunset=date(2027, 10, 31), instead="")
