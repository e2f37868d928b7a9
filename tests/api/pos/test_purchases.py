"""What a till meets over HTTP: answers, and for bad input a problem document that names the field."""

import json

import pytest
from django.test import Client

from regulars.access import actions as access
from regulars.loyalty.cards import actions as cards
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.points import operations
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores import actions as stores_actions
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.stores.models import Till as StoreTill
from tests import make

pytestmark = pytest.mark.django_db


class Till:
    """A till with its key."""

    def __init__(self):
        make.programme()
        make.product("4006", name="Tea", unit_price=250)
        opened = make.till()
        self.key = access.issue_till_key(opened.pk, by=make.BY, at=make.AT)
        self.at = stores.get_till(opened.pk)
        self.card = make.card(make.member())
        self.client = Client(raise_request_exception=False)

    def body(self, **changes):
        line = {"number": 1, "sku": "4006", "quantity": 2000, "unit_price": 250}
        return {
            "currency": "GBP",
            "sold_at": "2026-11-24T09:00:00Z",
            "customer": self.card.number,
            "lines": [line],
            **changes,
        }

    def post(self, verb, body, purchase="r1", key="k1", **headers):
        return self.client.post(
            f"/api/pos/v1/purchases/{purchase}/{verb}",
            body if isinstance(body, (str, bytes)) else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.key}", **({"Idempotency-Key": key} if key else {}), **headers},
        )


@pytest.fixture
def till(db, still_clock):
    return Till()


def test_a_till_calculates_and_confirms(till):
    offer = offers.draft(offers.NewOffer(name="5 % back", benefit="points", basis_points=500), by=make.BY, at=make.AT)
    offers.publish(offer, by=make.BY, at=make.AT)

    quoted = till.post("calculate", till.body(), key="").json()
    confirmed = till.post("confirm", till.body(quote=quoted["quote"]))

    assert confirmed.status_code == 200
    assert (confirmed.json()["total"], confirmed.json()["points"]) == (500, 25)
    assert Purchase.objects.count() == 1


def test_a_repeat_gets_the_same_bytes(till):
    first = till.post("confirm", till.body())
    second = till.post("confirm", till.body())

    assert first.content == second.content


def test_another_body_under_the_key_is_422(till):
    till.post("confirm", till.body())

    refused = till.post("confirm", till.body(lines=[{"number": 1, "sku": "4006", "quantity": 1, "unit_price": 1}]))

    assert refused.status_code == 422
    assert refused.json()["code"] == "idempotency_key_reused"
    assert (refused.json()["errors"][0]["in"], refused.json()["errors"][0]["parameter"]) == (
        "header",
        "Idempotency-Key",
    )


def test_one_instant_in_two_time_zones_is_one_body(till):
    first = till.post("confirm", till.body(sold_at="2026-11-24T09:00:00Z"))
    second = till.post("confirm", till.body(sold_at="2026-11-25T08:59:00+23:59"))

    assert first.status_code == second.status_code == 200
    assert first.content == second.content


def test_a_till_that_was_closed_is_not_let_in(till):
    stores_actions.close_till(StoreTill.objects.get(pk=till.at.till_id), by=make.BY, at=make.AT)

    assert till.post("confirm", till.body()).status_code == 401


def test_a_request_that_waits_for_the_first_is_told_when_to_ask_again(till, monkeypatch):
    def wait(*args, **kwargs):
        raise operations.RequestInFlight("Still running.", extra={"retry_after_s": operations.ASK_AGAIN_S})

    monkeypatch.setattr("regulars.loyalty.checkout.actions.confirm", wait)
    refused = till.post("confirm", till.body())

    assert (refused.status_code, refused["Retry-After"]) == (409, "1")


def test_without_a_key_of_a_till_nobody_comes_in(till):
    assert till.post("confirm", till.body(), Authorization="Bearer till_wrong").status_code == 401
    assert till.post("confirm", till.body(), Authorization="").status_code == 401


def test_a_revoked_key_stops_working(till):
    from regulars.access import queries
    from regulars.access.models import TillKey

    access.revoke_till_key(TillKey.objects.get(), by=make.BY, at=make.AT)
    queries.forget()

    assert till.post("confirm", till.body()).status_code == 401


LINE = {"number": 1, "sku": "4006", "quantity": 1000, "unit_price": 250}
BAD = {
    "unknown card": ({"customer": "2600000099999"}, "customer"),
    "not a scan": ({"customer": "hello"}, "customer"),
    "NUL in the customer": ({"customer": "26\x00"}, "customer"),
    "negative quantity": ({"lines": [{**LINE, "quantity": -1}]}, "quantity"),
    "quantity as text": ({"lines": [{**LINE, "quantity": "1000"}]}, "quantity"),
    "quantity with a fraction": ({"lines": [{**LINE, "quantity": 1.5}]}, "quantity"),
    "negative price": ({"lines": [{**LINE, "unit_price": -5}]}, "unit_price"),
    "NUL in a product's name": ({"lines": [{**LINE, "name": "a\x00b"}]}, "name"),
    "too many lines": ({"lines": [{**LINE, "number": n + 1} for n in range(10_000)]}, "lines"),
    "no lines": ({"lines": []}, "lines"),
    "two lines with one number": ({"lines": [LINE, LINE]}, "number"),
    "discount above the price is cut, a negative one refused": (
        {"lines": [{**LINE, "till_discount": -1}]},
        "till_discount",
    ),
    "a phone that cannot exist": ({"customer": "+1234567"}, "customer"),
    "a time before there was one": ({"sold_at": "0001-01-01T00:00:00+14:00"}, "sold_at"),
    "a time before tills": ({"sold_at": "1500-01-01T00:00:00Z"}, "sold_at"),
    "a time after the last": ({"sold_at": "9999-12-31T23:59:59-14:00"}, "sold_at"),
    "another currency": ({"currency": "EUR"}, "currency"),
    "no such currency": ({"currency": "pounds"}, "currency"),
    "time as a number": ({"sold_at": 1_700_000_000}, "sold_at"),
    "time without a zone": ({"sold_at": "2026-11-24T09:00:00"}, "sold_at"),
    "a sum that would overflow": (
        {"lines": [{**LINE, "number": n, "quantity": 10**9, "unit_price": 10**12} for n in range(1, 1000)]},
        "lines",
    ),
    "an unknown field": ({"colour": "red"}, "colour"),
    "a forged quote": ({"quote": "x:y:z"}, "quote"),
    "tenders that do not cover": ({"tenders": [{"type": "cash", "amount": 1}]}, "tenders"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_a_4xx_that_names_the_field(till, case):
    changes, field = BAD[case]

    refused = till.post("confirm", till.body(**changes))

    assert 400 <= refused.status_code < 500, refused.content
    assert refused["Content-Type"].startswith("application/problem+json")
    assert any(field in json.dumps(error) for error in refused.json()["errors"]), refused.json()
    assert Purchase.objects.count() == 0


def test_a_blocked_card_is_a_4xx_that_names_the_customer(till):
    cards.block(till.card, reason="lost", by=make.OPERATOR, at=make.AT)

    refused = till.post("confirm", till.body())

    assert refused.status_code == 422
    assert refused.json()["code"] == "card_blocked"
    assert "customer" in json.dumps(refused.json()["errors"])


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"lines": NaN}', b"[" * 100_000, b'{"currency": "\\ud800"}', b"null"],
)
def test_a_body_that_is_not_what_was_asked_for_is_a_4xx(till, raw):
    refused = till.post("confirm", raw)

    assert 400 <= refused.status_code < 500, refused.content
    assert refused.json()["code"]


def test_a_body_that_says_it_is_no_json_is_415(till):
    asked = till.client.post(
        "/api/pos/v1/purchases/r1/calculate",
        json.dumps(till.body()),
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"Bearer {till.key}"},
    )

    assert (asked.status_code, asked.json()["code"]) == (415, "media_type_unknown")


@pytest.mark.parametrize("key", ["", "a b", "x" * 300, "é"])
def test_a_key_that_is_missing_or_odd_is_a_4xx(till, key):
    refused = till.post("confirm", till.body(), key=key)

    assert 400 <= refused.status_code < 500, refused.content


def _join(till, key, **told):
    return till.client.post(
        "/api/pos/v1/members",
        json.dumps({"phone": "07700 900123", "first_name": "Mia", **told}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {till.key}", "Idempotency-Key": key},
    )


def test_somebody_joins_at_the_till(till):
    make.series("virtual", prefix="2610", is_virtual=True)

    joined = _join(till, "j1")

    assert joined.status_code == 201, joined.content
    assert till.post("confirm", till.body(customer=joined.json()["card"])).json()["customer"]["first_name"] == "Mia"


def test_joining_again_under_the_same_key_is_the_same_member(till):
    make.series("virtual", prefix="2610", is_virtual=True)

    assert _join(till, "j1").content == _join(till, "j1").content
    assert _join(till, "j1", first_name="Max").json()["code"] == "idempotency_key_reused"


def test_a_phone_that_is_taken_is_said_by_name(till):
    _join(till, "j1")

    refused = _join(till, "j2")

    assert refused.status_code in (409, 422)
    assert "phone" in json.dumps(refused.json()["errors"])
