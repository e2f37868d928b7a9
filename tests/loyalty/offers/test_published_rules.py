"""Offers as they are published: contradictions are refused, and the stored text is stable."""

import json
from dataclasses import FrozenInstanceError
from datetime import timedelta, timezone
from typing import Any

import pytest

from regulars.loyalty.offers.engine.rule import BadRule, OfferRule, from_json, to_json
from regulars.loyalty.offers.engine.snapshot import compile
from tests.loyalty.offers.corner_shop import NOON, discount, points


@pytest.mark.parametrize(
    "wrong",
    [
        {"basis_points": 0},
        {"basis_points": 10_001},
        {"benefit": "gift"},
        {"scope": "shelf"},
        {"scope": "goods"},
        {"scope": "receipt", "skus": frozenset({"tea"})},
        {"currency": "bonus"},
        {"benefit": "points", "currency": ""},
        {"units_per_money": (1, 0)},
        {"minimum_total": -1},
        {"starts_at": NOON.replace(tzinfo=None)},
        {"starts_at": NOON, "ends_at": NOON},
    ],
)
def test_an_offer_that_contradicts_itself_is_refused(wrong: dict[str, Any]) -> None:
    usual: dict[str, Any] = {
        "id": 1,
        "public_id": "off_1",
        "name": "Offer",
        "benefit": "discount",
        "basis_points": 1000,
    }

    with pytest.raises(BadRule, match="off_1"):
        OfferRule(**usual | wrong)


def test_offers_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(BadRule, match="twice"):
        compile([discount(1, 1000), discount(1, 500)], 1)
    with pytest.raises(BadRule, match="bonus"):
        compile([points(1, 1000), points(2, 500, units_per_money=(1, 100))], 1)


def test_the_stored_text_does_not_depend_on_order_or_zone() -> None:
    moscow = timezone(timedelta(hours=3))
    one = discount(1, 1000, skus=["b", "a"], starts_at=NOON)
    same = discount(1, 1000, skus=["a", "b"], starts_at=NOON.astimezone(moscow))

    assert to_json([one, points(2, 500)]) == to_json([points(2, 500), same])
    assert '"skus":["a","b"],"starts_at":"2026-11-24T12:00:00+00:00"' in to_json([same])


def test_what_an_older_version_did_not_know_is_filled_in_and_what_a_newer_one_adds_is_refused() -> None:
    stored = json.loads(to_json([discount(1, 1000)]))[0]

    del stored["minimum_total"]
    assert from_json(json.dumps([stored])) == (discount(1, 1000),)

    with pytest.raises(BadRule, match="weekdays"):
        from_json(json.dumps([stored | {"weekdays": [1]}]))


def test_a_snapshot_cannot_be_changed() -> None:
    snapshot = compile([discount(1, 1000, skus={"tea"})], version=7)

    with pytest.raises(FrozenInstanceError):
        snapshot.version = 8  # type: ignore[misc]
    with pytest.raises(TypeError):
        snapshot.skus["tea"] = 0  # type: ignore[index]
    assert snapshot.version == 7
