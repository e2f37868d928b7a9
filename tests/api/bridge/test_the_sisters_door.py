"""Only the sister comes in, by her signature; she may repeat herself, and whatever she sends is a 2xx or a 4xx."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from regulars.contract import signing
from regulars.kit import clock
from regulars.loyalty.sync.models import ChannelVersion
from tests import make
from tests.loyalty.sync import bridge

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.smartcomms.sister")]
BRIDGE = "/api/bridge/v1/changes"


@pytest.fixture(autouse=True)
def problems_everywhere(settings: Any) -> None:
    if "regulars.api.middleware.ApiProblems" not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = ["regulars.api.middleware.ApiProblems", *settings.MIDDLEWARE]


@pytest.fixture
def now(db: None) -> datetime:
    return clock.now()


def post(address: str, body: Any, *, signature: str | None = None, at: datetime | None = None) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    if signature is None:
        signature = signing.sign("together:only-for-tests", raw, int((at or clock.now()).timestamp()))
    client = Client(raise_request_exception=False, headers={signing.HEADER: signature})
    return client.post(BRIDGE, raw, content_type="application/json")


def change(about: str, now: datetime, **wrong: Any) -> dict[str, Any]:
    fact = {"person_id": about, "channel": "sms", "is_on": False, "made_at": now.isoformat()}
    return {"consent_changes": [{**fact, "origin": "smartcomms", **wrong}]}


def test_a_signed_change_is_taken_and_its_replay_is_harmless(now: datetime) -> None:
    anna = make.member()

    first, second = (post(BRIDGE, change(anna.public_id, now)) for _ in range(2))

    assert first.json() == {"applied": 1, "unchanged": 0, "quarantined": 0, "unknown": 0}
    assert second.json() == {"applied": 0, "unchanged": 1, "quarantined": 0, "unknown": 0}
    assert bridge.off(anna) == {("mailings", "sms")}


@pytest.mark.parametrize("signature", ["", "nonsense", "t=1,v1=00", "t=é,v1=é"])
def test_without_a_good_signature_the_door_stays_shut(now: datetime, signature: str) -> None:
    anna = make.member()

    answer = post(BRIDGE, change(anna.public_id, now), signature=signature)

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["code"] == "signature_not_accepted"
    assert document["errors"][0]["parameter"] == "Regulars-Signature"
    assert bridge.off(anna) == set()


def test_an_old_signature_and_a_changed_body_are_refused(now: datetime) -> None:
    body = json.dumps(change("mem_0", now)).encode()
    old = signing.sign("together:only-for-tests", body, int(now.timestamp()) - 400)
    fresh = signing.sign("together:only-for-tests", body, int(now.timestamp()))

    assert post(BRIDGE, body, signature=old).status_code == 401
    assert post(BRIDGE, body + b" ", signature=fresh).status_code == 401
    assert post(BRIDGE, body, signature=fresh).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"channel": "viber"}, "#/consent_changes/0/channel"),
        ({"channel": "autocall"}, "#/consent_changes/0/channel"),
        ({"is_on": 0}, "#/consent_changes/0/is_on"),
        ({"person_id": "mem_0\x00"}, "#/consent_changes/0/person_id"),
        ({"cause": "\x00"}, "#/consent_changes/0/cause"),
        ({"made_at": 5}, "#/consent_changes/0/made_at"),
        ({"category": "news"}, "#/consent_changes/0/category"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_half_done(now: datetime, wrong: dict[str, Any], pointer: str) -> None:
    anna = make.member()
    body = change(anna.public_id, now)
    body["consent_changes"] += change(anna.public_id, now, **wrong)["consent_changes"]

    answer = post(BRIDGE, body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer.replace("/0/", "/1/")
    assert not ChannelVersion.objects.exists()


def test_profiles_have_their_home_in_loyalty_and_never_come_there(now: datetime) -> None:
    answer = post(BRIDGE, {"members": []})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/members"


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 9000, b"\xff", b"null", b"[]", b'{"consent_changes": null}'])
def test_any_body_is_answered_by_4xx_and_a_problem_document(now: datetime, body: bytes) -> None:
    answer = post(BRIDGE, body)

    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"] == "application/problem+json"


def test_more_than_a_thousand_facts_are_too_many(now: datetime) -> None:
    body = {"consent_changes": change("mem_0", now)["consent_changes"] * 1001}

    assert post(BRIDGE, body).status_code == 422


def test_the_documents_describe_signature_and_errors(client: Client) -> None:
    document = client.get(BRIDGE.replace("changes", "openapi.json")).json()

    operation = document["paths"][BRIDGE]["post"]
    assert {"200", "400", "401", "413", "422"} <= set(operation["responses"])
    assert document["components"]["securitySchemes"]["SignedBySister"]["name"] == "Regulars-Signature"
