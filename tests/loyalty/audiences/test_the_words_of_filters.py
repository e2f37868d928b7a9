"""What a filter may say: one form for equal filters, and a place for everything that is refused."""

from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.loyalty.audiences import conditions as asked
from regulars.loyalty.audiences.filters import (
    EVERYBODY,
    MOST_CONDITIONS,
    FilterNotPossible,
    Group,
    from_json,
    to_json,
)

OXFORD = {"kind": "city", "cities": ["Oxford"]}


def group(*conditions: Any, match: str = "all") -> dict[str, Any]:
    return {"match": match, "conditions": list(conditions)}


def test_what_is_written_is_read_again() -> None:
    filter = Group(
        "all",
        (
            asked.Consent("mailings", "sms", False),
            asked.BoughtCategory("dairy", 30, 2),
            Group("any", (asked.City(("Bath", "Oxford")), Group("none", (asked.Registered(None, date(2026, 3, 1)),)))),
            asked.PointsBalance("points", 100, 500),
        ),
    )

    assert from_json(orjson.loads(orjson.dumps(to_json(filter)))) == filter


def test_equal_filters_are_written_alike() -> None:
    one = from_json(group({"is_in": True, "cities": ["York", " Bath  Spa "], "kind": "city"}))
    other = from_json(group({"kind": "city", "cities": ["Bath Spa", "York", "York"]}))

    assert one == other
    assert to_json(one) == group({"kind": "city", "cities": ["Bath Spa", "York"], "is_in": True})


@pytest.mark.parametrize("match", ["all", "any", "none"])
def test_a_filter_without_conditions_is_everybody(match: str) -> None:
    assert from_json(group(match=match)) == EVERYBODY


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (None, "conditions"),
        ([], "conditions"),
        ({"match": "all"}, "conditions"),
        (group(OXFORD, match="most"), "match"),
        ({**group(OXFORD), "limit": 5}, "limit"),
        (group("Oxford"), "conditions.0"),
        (group(OXFORD, {"kind": "shoe_size"}), "conditions.1.kind"),
        (group({"kind": ["city"]}), "conditions.0.kind"),
        (group({"days": 3}), "conditions.0.kind"),
        (group(OXFORD, OXFORD, {"kind": "last_purchase"}), "conditions.2.days"),
        (group(OXFORD, OXFORD, {"kind": "last_purchase", "days": "30"}), "conditions.2.days"),
        (group({"kind": "last_purchase", "days": True}), "conditions.0.days"),
        (group({"kind": "last_purchase", "days": 0}), "conditions.0.days"),
        (group({"kind": "last_purchase", "days": 3, "hours": 1}), "conditions.0.hours"),
        (group({"kind": "last_purchase", "days": 3, "is_within": "yes"}), "conditions.0.is_within"),
        (group({"kind": "city", "cities": []}), "conditions.0.cities"),
        (group({"kind": "city", "cities": "Oxford"}), "conditions.0.cities"),
        (group({"kind": "city", "cities": ["a\x00"]}), "conditions.0.cities"),
        (group({"kind": "city", "cities": ["x" * 101]}), "conditions.0.cities"),
        (group({"kind": "city", "cities": [f"City {n}" for n in range(201)]}), "conditions.0.cities"),
        (group({"kind": "birthday_month", "months": [13]}), "conditions.0.months"),
        (group({"kind": "language", "locales": ["de"]}), "conditions.0.locales"),
        (group({"kind": "consent", "mailing_type": "mailings", "channel": "fax"}), "conditions.0.channel"),
        (group({"kind": "points_balance", "currency": "points"}), "conditions.0.least"),
        (group({"kind": "points_balance", "currency": "points", "least": 5, "most": 4}), "conditions.0.most"),
        (group({"kind": "points_balance", "currency": "points", "least": 2**63}), "conditions.0.least"),
        (group({"kind": "registered"}), "conditions.0.days"),
        (group({"kind": "registered", "days": 3, "before": "2026-01-01"}), "conditions.0.days"),
        (group({"kind": "registered", "before": "soon"}), "conditions.0.before"),
        (group({"kind": "registered", "before": "0001-01-01"}), "conditions.0.before"),
        (group(OXFORD, group(OXFORD, group({"kind": "x"}))), "conditions.1.conditions.1.conditions.0.kind"),
        (group(OXFORD, group(match="any")), "conditions.1.conditions"),
        (group(group(group(group(OXFORD)))), "conditions.0.conditions.0.conditions.0"),
        (group(*[OXFORD] * (MOST_CONDITIONS + 1)), "conditions"),
        (group(*[group(*[OXFORD] * 11)] * 3), "conditions"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(raw: Any, place: str) -> None:
    with pytest.raises(FilterNotPossible) as refused:
        from_json(raw)

    assert refused.value.field == place


def test_thirty_conditions_three_deep_are_taken() -> None:
    filter = from_json(group(group(group(*[OXFORD] * MOST_CONDITIONS))))

    assert len(list(filter.listed())) == MOST_CONDITIONS


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from([*asked.KINDS]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["match", "conditions", "kind", "days", "cities", "months", "group", "least", "before"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json)
def test_whatever_comes_is_read_or_refused(raw: Any) -> None:
    try:
        filter = from_json(raw)
    except FilterNotPossible:
        return
    assert from_json(to_json(filter)) == filter
