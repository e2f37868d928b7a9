"""A till lists what it has confirmed: newest first, in pages that nothing moves, and nobody else's."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from regulars.access import actions as access
from regulars.kit import clock
from tests import make

pytestmark = pytest.mark.django_db


class Till:
    """A till with a key, whose receipts are confirmed a minute apart."""

    def __init__(self, moment):
        self.key = access.issue_till_key(make.till().pk, by=make.BY, at=make.AT)
        self.moment = moment

    def confirm(self, purchase, customer=None):
        line = {"number": 1, "sku": "4006", "quantity": 2000, "unit_price": 250}
        body = {"currency": "GBP", "sold_at": "2026-11-24T09:00:00Z", "lines": [line], "customer": customer}
        answer = self.ask("POST", f"/{purchase}/confirm", json.dumps(body), **{"Idempotency-Key": purchase})
        self.moment.at += timedelta(minutes=1)
        return answer.json()

    def ask(self, method, path="", body="", **headers):
        return Client().generic(
            method,
            f"/api/pos/v1/purchases{path}",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.key}", **headers},
        )

    def list(self, **asked):
        return self.ask("GET", f"?{urlencode(asked)}")


@pytest.fixture
def moment(monkeypatch):
    class Moment:
        at = make.AT

    monkeypatch.setattr(clock, "now", lambda: Moment.at)
    return Moment


@pytest.fixture
def till(db, moment):
    make.programme()
    make.product("4006", name="Tea", unit_price=250)
    return Till(moment)


def test_the_newest_receipt_stands_first_with_what_the_till_needs_to_compare(till):
    card = make.card(make.member())
    till.confirm("r1")
    sold = till.confirm("r2", card.number)

    page = till.list().json()

    assert [each["purchase"] for each in page["purchases"]] == ["r2", "r1"]
    newest = page["purchases"][0]
    assert (newest["id"], newest["total"], newest["points"]) == (sold["id"], sold["total"], sold["points"])
    assert (newest["member"], page["purchases"][1]["member"]) == (sold["customer"]["id"], None)
    assert page["next"] is None


def test_pages_follow_one_another_while_receipts_come_in(till):
    for number in range(5):
        till.confirm(f"r{number}")

    first = till.list(limit=2).json()
    till.confirm("new")
    second = till.list(limit=2, cursor=first["next"]).json()
    third = till.list(limit=2, cursor=second["next"]).json()

    seen = [each["purchase"] for page in (first, second, third) for each in page["purchases"]]
    assert seen == ["r4", "r3", "r2", "r1", "r0"]
    assert third["next"] is None


def test_a_restored_till_asks_since_its_backup(till):
    for number in range(4):
        till.confirm(f"r{number}")

    found = till.list(since=(make.AT + timedelta(minutes=2)).isoformat(), limit=1).json()
    rest = till.list(since=(make.AT + timedelta(minutes=2)).isoformat(), cursor=found["next"]).json()

    assert [each["purchase"] for each in found["purchases"] + rest["purchases"]] == ["r3", "r2"]


def test_a_till_sees_its_own_receipts_only(till, moment):
    other = Till(moment)
    till.confirm("r1")
    other.confirm("r1")

    assert len(other.list().json()["purchases"]) == 1


def test_a_cursor_of_another_till_is_none(till, moment):
    other = Till(moment)
    for number in range(2):
        till.confirm(f"r{number}")

    refused = other.list(cursor=till.list(limit=1).json()["next"])

    assert (refused.status_code, refused.json()["code"]) == (422, "cursor_unreadable")
    assert (refused.json()["errors"][0]["in"], refused.json()["errors"][0]["parameter"]) == ("query", "cursor")


@pytest.mark.parametrize("asked", [{"cursor": "abc"}, {"cursor": "WzFd:1:x"}, {"cursor": "a" * 301}, {"cursor": "é"},
                                   {"limit": 0}, {"limit": 201}, {"limit": "x"}, {"since": "yesterday"},
                                   {"since": "2026-11-24"}, {"since": "0001-01-01T00:00:00+14:00"}])  # fmt: skip
def test_what_cannot_be_read_is_named(till, asked):
    refused = till.list(**asked)

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == next(iter(asked))


def test_a_page_costs_one_question(till, django_assert_num_queries):
    for number in range(3):
        till.confirm(f"r{number}")

    with django_assert_num_queries(1):
        till.list(limit=3)
