"""What a till meets over HTTP when points pay: reserve, confirm with tenders, cancel; and bad input never breaks anything."""

import json
import random
from typing import Any

import pytest

from regulars.kit import sql
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations
from regulars.loyalty.points import queries as ledger
from regulars.loyalty.programme import queries as programme
from tests import make
from tests.api.pos.test_purchases import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(db: None, still_clock: Any) -> Till:
    till = Till()
    points.grant(till.card.member_id, 1000, key=operations.key("test", "grant", {}), by=make.BY, at=make.AT)
    return till


def _account(till: Till) -> tuple[int, int]:
    assert ledger.audit().holds()
    balance = ledger.get_balance(till.card.member_id, programme.get_currency().pk, at=make.AT)
    return balance.available, balance.held


def _cancel(till: Till, purchase: str = "r1", key: str = "x1") -> Any:
    headers = {"Authorization": f"Bearer {till.key}", "Idempotency-Key": key}
    return till.client.post(f"/api/pos/v1/purchases/{purchase}/cancel", headers=headers)


def test_a_till_reserves_points_and_confirms_with_two_tenders(till: Till) -> None:
    quoted = till.post("calculate", till.body(), key="").json()
    held = till.post("reserve", till.body(quote=quoted["quote"], points="max"), key="k1")
    tenders = [{"type": "points", "amount": 500}]
    confirmed = till.post("confirm", till.body(quote=held.json()["quote"], tenders=tenders), key="k2")

    assert quoted["points_payable"] == {"points": 500, "worth": 500}
    assert held.json()["reserved"] == {"points": 500, "worth": 500, "expires_at": "2026-11-24T10:00:00+00:00"}
    assert (confirmed.status_code, confirmed.json()["tenders"]) == (200, tenders)
    assert _account(till) == (500, 0)


def test_a_repeat_gets_the_same_bytes(till: Till) -> None:
    for verb, body in (("reserve", till.body(points=100)), ("confirm", till.body())):
        assert till.post(verb, body, key=verb).content == till.post(verb, body, key=verb).content
    assert _cancel(till, "r2").content == _cancel(till, "r2").content


def test_cancelling_needs_no_body_and_refuses_what_comes_later(till: Till) -> None:
    till.post("reserve", till.body(points=100))

    assert _cancel(till).json()["points_released"] == 100
    late = till.post("confirm", till.body(), key="k2")
    assert (late.status_code, late.json()["code"]) == (409, "purchase_cancelled")
    assert late.json()["errors"][0] == {
        "in": "path", "parameter": "purchase", "message": late.json()["detail"], "code": "purchase_cancelled",
    }  # fmt: skip
    assert _account(till) == (1000, 0)


def test_what_is_confirmed_is_not_cancelled(till: Till) -> None:
    till.post("confirm", till.body())

    refused = _cancel(till)

    assert (refused.status_code, refused.json()["code"]) == (409, "purchase_already_confirmed")


def test_too_few_points_are_told_with_how_many_there_are(till: Till) -> None:
    lines = [{"number": 1, "sku": "4006", "quantity": 20_000, "unit_price": 250}]

    refused = till.post("reserve", till.body(lines=lines, points=1001))

    assert (refused.status_code, refused.json()["code"], refused.json()["available"]) == (
        422,
        "not_enough_points",
        1000,
    )
    assert refused.json()["errors"][0]["pointer"] == "#/points"


def test_a_card_that_is_not_activated_has_a_code_of_its_own(till: Till) -> None:
    sql.run("update loyalty_cards_card set state = 'issued' where number = %s", [till.card.number])

    assert till.post("reserve", till.body(points=100)).json()["code"] == "card_not_activated"


@pytest.mark.parametrize(
    "wanted", [-1, 1.5, "many", "MAX", None, True, [], {}, 10**15 + 1, 10**40, "\x00", "100", {"max": 1}]
)
def test_points_that_cannot_be_wanted_are_named(till: Till, wanted: Any) -> None:
    refused = till.post("reserve", till.body(points=wanted))

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/points"]
    assert _account(till) == (1000, 0)


@pytest.mark.parametrize("kind", ["", "Points", "POINTS", "cash box", "\x00", "x" * 41, 7, None])
def test_a_tender_is_named_by_a_code_in_small_letters(till: Till, kind: Any) -> None:
    refused = till.post("confirm", till.body(tenders=[{"type": kind, "amount": 500}]))

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "#/tenders/0/type"


@pytest.mark.parametrize("verb", ["reserve", "cancel"])
def test_without_a_key_against_repetition_nothing_is_done(till: Till, verb: str) -> None:
    refused = till.post(verb, till.body(points=100) if verb == "reserve" else "", key="")

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == "Idempotency-Key"


ODD: list[Any] = [
    None, True, -1, 0, 1, 2**31, 2**63, 10**30, 0.5, "", " ", "max", "points", "\x00", "\ud800", "é" * 300, "🂡", [], {},
    [None], {"a": 1}, [[]], "2026-11-24T09:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "GBP",
]  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a body where something else could stand."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, each in inner for place in _places(each, (*path, name)))]


def _mutated(body: dict[str, Any], dice: random.Random) -> Any:
    told: Any = json.loads(json.dumps(body))
    for _ in range(dice.choice([1, 1, 2])):
        path = dice.choice(_places(told))
        if not path:
            return dice.choice(ODD)
        holder = told
        for step in path[:-1]:
            holder = holder[step]
        fate = dice.random()
        if fate < 0.15:
            del holder[path[-1]]
        elif fate < 0.25 and isinstance(holder, dict):
            holder[str(dice.choice(ODD))[:20]] = dice.choice(ODD)
        else:
            holder[path[-1]] = dice.choice(ODD)
        if not isinstance(told, (dict, list)) or not told:
            break
    return told


@pytest.mark.parametrize("seed", range(4))
def test_mutated_requests_are_answered_and_the_book_holds(till: Till, seed: int) -> None:
    dice = random.Random(seed)
    tenders = [{"type": "points", "amount": 300}, {"type": "cash", "amount": 200}]
    for number in range(120):
        verb = dice.choice(["reserve", "reserve", "confirm", "cancel", "calculate"])
        body = _mutated(
            till.body(quote="", **{"reserve": {"points": 300}, "confirm": {"tenders": tenders}}.get(verb, {})), dice
        )
        purchase = dice.choice(["r1", "r2", "r3", "%00", "a" * 101, "é", "r 4", ".."])
        text = json.dumps(body) if dice.random() < 0.95 else json.dumps(body)[: dice.randrange(60)]

        answered = till.post(verb, text, purchase=purchase, key=f"k{number % 90}")

        assert answered.status_code < 500, (verb, purchase, text, answered.content)
        if answered.status_code >= 400:
            assert answered["Content-Type"].startswith("application/problem+json")
    available, held = _account(till)
    assert 0 <= available + held <= 1000 + 25
