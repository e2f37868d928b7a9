"""The table on the page of the APIs about repeating requests, row by row."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client

from regulars.access import actions as access
from regulars.kit import clock
from regulars.loyalty.points import operations
from regulars.loyalty.points.models import Operation
from regulars.loyalty.purchases.models import Purchase
from tests import make

LINE = {"number": 1, "sku": "4006", "quantity": 1000, "unit_price": 250}
REPLAYED = "Idempotent-Replayed"


class Till:
    def __init__(self):
        make.programme()
        make.product("4006", name="Tea", unit_price=250)
        self.key = access.issue_till_key(make.till().pk, by=make.BY, at=make.AT)

    def confirm(self, purchase="r1", key="k1", **changes):
        body = {"currency": "GBP", "sold_at": "2026-11-24T09:00:00Z", "lines": [LINE], **changes}
        return self.send(f"{purchase}/confirm", body, key)

    def send(self, path, body, key):
        return Client().post(
            f"/api/pos/v1/purchases/{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.key}", **({"Idempotency-Key": key} if key else {})},
        )


@pytest.fixture
def till(db, still_clock):
    return Till()


def test_the_same_key_and_body_get_the_first_answer_marked_as_a_repeat(till):
    first, second = till.confirm(), till.confirm()

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    assert (REPLAYED in first, second[REPLAYED]) == (False, "true")
    assert Purchase.objects.count() == 1


def test_every_act_marks_its_repeats(till):
    body = {"currency": "GBP", "sold_at": "2026-11-24T09:00:00Z", "lines": [LINE], "points": 0}
    for path, told in (("r1/reserve", body), ("r2/cancel", {})):
        first, second = till.send(path, told, path), till.send(path, told, path)
        assert (REPLAYED in first, second.get(REPLAYED)) == (False, "true"), second.content
        assert first.content == second.content


def test_the_same_key_with_another_body_is_refused(till):
    till.confirm()
    refused = till.confirm(lines=[{**LINE, "quantity": 2000}])

    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert REPLAYED not in refused


@pytest.mark.django_db(transaction=True)
def test_the_same_key_while_the_first_runs_waits_and_is_then_told_to_ask_again(still_clock, monkeypatch):
    till = Till()
    monkeypatch.setattr(operations, "WAIT_S", 1)
    asked = operations.key("till:x", "k1", {})
    opened, done = threading.Event(), threading.Event()
    from regulars.loyalty.stores.models import Till as StoreTill

    source = f"till:{StoreTill.objects.get().public_id}"

    def first():
        with transaction.atomic():
            Operation.objects.create(
                source=source, external_key="k1", body_hash=asked.body_hash, kind="purchase", recorded_at=make.AT,
                by_kind="till", by_id="", door="api/pos",
            )  # fmt: skip
            opened.set()
            done.wait(20)
            transaction.set_rollback(True)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    opened.wait(10)
    try:
        refused = till.confirm()
    finally:
        done.set()
        thread.join()

    assert (refused.status_code, refused.json()["code"]) == (409, "request_in_flight")
    assert int(refused["Retry-After"]) > 0
    assert till.confirm().status_code == 200


def test_without_a_key_the_header_is_named(till):
    refused = till.confirm(key="")

    assert refused.status_code == 422
    error = refused.json()["errors"][0]
    assert (error["in"], error["parameter"], error["message"]) == ("header", "Idempotency-Key", "is needed.")


def test_a_refused_request_leaves_its_key_free_for_the_corrected_one(till):
    assert till.confirm(customer="2600000099999").json()["code"] == "card_unknown"
    assert till.confirm(lines=[{**LINE, "quantity": -1}]).status_code == 422

    corrected = till.confirm()

    assert corrected.status_code == 200
    assert REPLAYED not in corrected


def test_each_till_numbers_its_own_keys(till):
    till.confirm()
    other = access.issue_till_key(make.till().pk, by=make.BY, at=make.AT)
    till.key = other

    answer = till.confirm()

    assert (answer.status_code, REPLAYED in answer) == (200, False)


def test_a_key_is_kept_as_long_as_what_it_did(till, monkeypatch):
    first = till.confirm()
    monkeypatch.setattr(clock, "now", lambda: make.AT + timedelta(days=400))

    second = till.confirm()

    assert first.content == second.content
    assert second[REPLAYED] == "true"
