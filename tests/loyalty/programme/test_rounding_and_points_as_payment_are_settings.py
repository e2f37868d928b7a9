"""To what totals are rounded and how much points may pay: settings with a trace."""

import pytest

from regulars.journal.models import Entry
from regulars.loyalty.programme import actions, queries
from regulars.loyalty.programme.worth import Worth
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _programme() -> None:
    make.programme(worth=(2, 20))


def test_totals_are_not_rounded_and_points_pay_everything_until_somebody_says_so() -> None:
    programme = queries.get()

    assert (programme.rounding_mode, programme.rounding_step, programme.points_share_limit) == ("none", 1, 10_000)


def test_a_change_is_seen_at_once_and_leaves_a_trace_once() -> None:
    assert actions.set_rounding("down", step=100, by=make.BY, at=make.AT)
    assert not actions.set_rounding("down", step=100, by=make.BY, at=make.AT)
    assert actions.set_points_share_limit(3000, by=make.BY, at=make.AT)
    assert not actions.set_points_share_limit(3000, by=make.BY, at=make.AT)

    programme = queries.get()
    assert (programme.rounding_mode, programme.rounding_step, programme.points_share_limit) == ("down", 100, 3000)
    traces = {entry.event: entry.body for entry in Entry.objects.filter(event__endswith="Changed")}
    assert traces == {
        "loyalty.RoundingChanged": {"mode_before": "none", "step_before": 1, "mode": "down", "step": 100},
        "loyalty.PointsShareLimitChanged": {"before": 10_000, "after": 3000},
    }


@pytest.mark.parametrize(("mode", "step", "field"), [
    ("up", 100, "rounding_mode"), ("", 1, "rounding_mode"), ("down", 0, "rounding_step"), ("down", 10**10, "rounding_step"),
])  # fmt: skip
def test_a_rounding_that_cannot_be_is_named(mode: str, step: int, field: str) -> None:
    with pytest.raises(actions.UnknownSetting) as refused:
        actions.set_rounding(mode, step=step, by=make.BY, at=make.AT)

    assert refused.value.field == field


@pytest.mark.parametrize("limit", [-1, 10_001])
def test_a_share_that_cannot_be_is_named(limit: int) -> None:
    with pytest.raises(actions.UnknownSetting):
        actions.set_points_share_limit(limit, by=make.BY, at=make.AT)


def test_ten_points_a_penny_pay_whole_pennies() -> None:
    worth = queries.get_worth()

    assert worth == Worth(1, 10)
    assert worth.most(155) == (150, 15)
    assert worth.most(155, 12) == (120, 12)
    assert (worth.points_for(15), worth.points_for(0)) == (150, 0)
    assert Worth.of(3, 2).points_for(4) is None
    assert Worth.of(0, 1).most(155) == (0, 0)
