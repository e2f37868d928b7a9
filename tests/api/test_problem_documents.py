"""Whatever goes wrong under /api/ is told in one form, with the field named and a stable code."""

import json
from typing import Annotated, Any

import pytest
from django.http import Http404, HttpRequest
from django.test import Client
from django.urls import path
from pydantic import BaseModel, ConfigDict, Field

from regulars.api.problems import NO_NUL, make_api
from regulars.kit.refusal import Conflict, NotFound, Refusal

pytestmark = pytest.mark.urls(__name__)


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")
    sku: Annotated[str, Field(max_length=10, pattern=NO_NUL)]
    quantity: Annotated[int, Field(strict=True, ge=1)]


class Basket(BaseModel):
    model_config = ConfigDict(extra="forbid")
    lines: Annotated[list[Line], Field(max_length=100)]


class ShelfEmpty(Conflict):
    """The shelf is empty."""

    code = "shelf_empty"


api = make_api("Corner shop", "1", "test-problems", auth=None, description="Only for tests.")
locked = make_api("Locked", "1", "test-locked", auth=lambda request: None, description="Only for tests.")


@api.post("/baskets/{basket_id}")
def buy(request: HttpRequest, basket_id: int, basket: Basket, at_most: int = 5) -> dict[str, Any]:
    return {"lines": len(basket.lines)}


@api.get("/refused/{how}")
def refuse(request: HttpRequest, how: str) -> None:
    match how:
        case "empty":
            raise ShelfEmpty("No milk until nine.", field="lines.0.sku", extra={"retry_after_s": 60, "status": 200})
        case "key":
            raise Refusal("That key was used.", field="header:Idempotency-Key")
        case "gone":
            raise NotFound("There is no basket 7.")
        case "http404":
            raise Http404
    raise RuntimeError("a secret")


@locked.get("/door")
def door(request: HttpRequest) -> None: ...


urlpatterns = [path("api/shop/v1/", api.urls), path("api/locked/v1/", locked.urls)]


@pytest.fixture
def client(settings: Any) -> Client:
    settings.MIDDLEWARE = ["regulars.api.middleware.ApiProblems", "django.middleware.common.CommonMiddleware"]
    return Client(raise_request_exception=False)


def post(client: Client, body: Any, address: str = "/api/shop/v1/baskets/1") -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(address, raw, content_type="application/json")


def told(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = json.loads(answer.content)
    assert document["code"] == code
    assert document["status"] == status
    assert document["type"] == f"/docs/errors#{code}"
    assert document["request_id"] == answer["Request-Id"]
    assert document["request_id"].startswith("req_")
    return document


def test_a_good_request_is_answered_with_a_request_id(client: Client) -> None:
    answer = post(client, {"lines": [{"sku": "milk", "quantity": 2}]})

    assert (answer.status_code, answer.json()) == (200, {"lines": 1})
    assert answer["Request-Id"].startswith("req_")


def test_a_wrong_field_is_named_by_a_pointer(client: Client) -> None:
    answer = post(client, {"lines": [{"sku": "milk", "quantity": 1}, {"sku": "a\x00b", "quantity": "2"}]})

    document = told(answer, 422, "fields_need_correcting")
    assert document["errors"] == [
        {"pointer": "#/lines/1/sku", "message": "must not contain the character NUL.", "code": "wrong_form"},
        {
            "pointer": "#/lines/1/quantity",
            "message": "must be a whole number, written without quotes.",
            "code": "wrong_type",
        },
    ]
    assert document["detail"] == "lines/1/sku: must not contain the character NUL. And 1 more."


def test_an_unknown_field_is_told_with_the_nearest_known_one(client: Client) -> None:
    answer = post(client, {"lines": [{"sku": "milk", "quantity": 1, "quantitty": 1}], "line": []})

    messages = {e["pointer"]: e["message"] for e in told(answer, 422, "fields_need_correcting")["errors"]}
    assert messages["#/lines/0/quantitty"] == "is not known here. Did you mean “quantity”?"
    assert messages["#/line"] == "is not known here. Did you mean “lines”?"


def test_a_limit_is_told_with_its_number(client: Client) -> None:
    answer = post(client, {"lines": [{"sku": "a" * 11, "quantity": 0}]})

    messages = [error["message"] for error in told(answer, 422, "fields_need_correcting")["errors"]]
    assert messages == ["must have at most 10 characters.", "must be at least 1."]


def test_a_wrong_parameter_is_named(client: Client) -> None:
    in_path = told(post(client, {"lines": []}, "/api/shop/v1/baskets/seven"), 422, "fields_need_correcting")
    in_query = told(post(client, {"lines": []}, "/api/shop/v1/baskets/7?at_most=x"), 422, "fields_need_correcting")

    assert [(e["parameter"], e["in"]) for e in in_path["errors"]] == [("basket_id", "path")]
    assert [(e["parameter"], e["in"]) for e in in_query["errors"]] == [("at_most", "query")]


def test_ten_thousand_wrong_lines_are_not_all_repeated(client: Client) -> None:
    answer = post(client, {"lines": [{}] * 99})

    assert len(told(answer, 422, "fields_need_correcting")["errors"]) == 20


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b"[" * 10_000, b'{"lines": NaN}', b'{"lines": "\\ud800"}', b'{"lines": 1e400}', b"\x00"],
)
def test_a_body_that_is_no_json_is_told_where_it_breaks(client: Client, body: bytes) -> None:
    document = told(post(client, body), 400, "body_not_json")

    assert "line 1 column" in document["detail"]


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"lines"', b"7", b'{"lines": {"sku": 1}}'])
def test_a_body_of_another_shape_is_refused(client: Client, body: bytes) -> None:
    told(post(client, body), 422, "fields_need_correcting")


def test_a_body_that_is_too_large_is_refused(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    told(post(client, {"lines": [{"sku": "milk", "quantity": 1}] * 90}), 413, "body_too_large")


def test_a_refusal_keeps_its_code_and_names_its_field(client: Client) -> None:
    answer = client.get("/api/shop/v1/refused/empty")

    document = told(answer, 409, "shelf_empty")
    assert document["title"] == "The shelf is empty"
    assert document["detail"] == "No milk until nine."
    assert document["errors"] == [{"pointer": "#/lines/0/sku", "message": "No milk until nine.", "code": "shelf_empty"}]
    assert answer["Retry-After"] == "60"


def test_a_refused_header_is_named_as_a_header(client: Client) -> None:
    document = told(client.get("/api/shop/v1/refused/key"), 422, "refused")

    assert (document["errors"][0]["parameter"], document["errors"][0]["in"]) == ("Idempotency-Key", "header")


def test_nothing_found_is_told_by_room_and_by_router_alike(client: Client) -> None:
    told(client.get("/api/shop/v1/refused/gone"), 404, "not_found")
    told(client.get("/api/shop/v1/refused/http404"), 404, "not_found")
    told(client.get("/api/shop/v1/nowhere"), 404, "not_found")
    told(client.get("/api/nobody"), 404, "not_found")
    told(client.get("/api/shop/v1/"), 404, "not_found")


def test_another_method_is_told_with_those_allowed(client: Client) -> None:
    answer = client.delete("/api/shop/v1/baskets/1")

    told(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "POST"


def test_a_failure_of_ours_says_nothing_about_its_cause(client: Client) -> None:
    answer = client.get("/api/shop/v1/refused/otherwise")

    told(answer, 500, "our_fault")
    assert b"secret" not in answer.content


def test_a_door_without_a_key_stays_shut(client: Client) -> None:
    answer = client.get("/api/locked/v1/door")

    told(answer, 401, "key_needed")
    assert answer["WWW-Authenticate"]


def test_nul_in_an_address_is_refused_before_anybody_stores_it(client: Client) -> None:
    told(client.get("/api/shop/v1/refused/a%00b"), 400, "request_not_readable")
    told(client.get("/api/shop/v1/refused/gone?x=%00"), 400, "request_not_readable")


def test_the_openapi_document_admits_the_errors(client: Client) -> None:
    document = client.get("/api/shop/v1/openapi.json").json()

    answers = document["paths"]["/api/shop/v1/baskets/{basket_id}"]["post"]["responses"]
    assert {"200", "400", "404", "409", "413", "422", "429"} <= set(answers)
    assert "application/problem+json" in answers["422"]["content"]
    assert "Problem" in document["components"]["schemas"]
