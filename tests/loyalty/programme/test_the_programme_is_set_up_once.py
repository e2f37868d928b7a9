"""An installation is one programme; its settings change with a trace, and are kept in the process for a while."""

from datetime import datetime

import pytest

from regulars.journal.models import Entry
from regulars.loyalty.programme import actions, queries
from regulars.loyalty.programme.zones import UnknownTimeZone
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    queries.forget()


def test_a_programme_comes_with_points_worth_one_minor_unit() -> None:
    programme = make.programme()

    points = queries.get_currency()
    assert (programme.currency, programme.currency_exponent, programme.consent_mode) == ("GBP", 2, "hidden")
    assert (points.code, points.decimals, points.worth_numerator, points.worth_denominator) == ("points", 0, 1, 1)


def test_a_second_programme_is_refused(at: datetime) -> None:
    make.programme()

    with pytest.raises(actions.ProgrammeExists):
        actions.create("Other", currency="EUR", region="DE", time_zone="Europe/Berlin", by=make.BY, at=at)


def test_yen_have_no_minor_unit() -> None:
    assert make.programme(currency="JPY").currency_exponent == 0


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("currency", {"currency": "XYZ"}),
        ("region", {"region": "England"}),
        ("consent_mode", {"consent_mode": "asked"}),
        ("worth", {"worth": (1, 0)}),
        ("decimals", {"points_decimals": 3}),
    ],
)
def test_a_setting_that_cannot_be_is_named(field: str, changes: dict[str, object]) -> None:
    with pytest.raises(actions.UnknownSetting) as refused:
        make.programme(**changes)  # type: ignore[arg-type]

    assert refused.value.field == field


def test_a_time_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownTimeZone):
        make.programme(time_zone="Europe/Atlantis")


def test_a_changed_consent_mode_is_written_down_once(at: datetime) -> None:
    make.programme()

    assert actions.set_consent_mode("optional", by=make.BY, at=at)
    assert not actions.set_consent_mode("optional", by=make.BY, at=at)

    assert queries.get().consent_mode == "optional"
    entry = Entry.objects.get(event="loyalty.ConsentModeChanged")
    assert entry.body == {"door": "", "before": "hidden", "after": "optional"}


def test_a_door_may_ask_differently(at: datetime) -> None:
    make.programme()

    actions.set_consent_mode("mandatory", door="account", by=make.BY, at=at)

    assert queries.get_consent_mode("account") == "mandatory"
    assert queries.get_consent_mode("till") == "hidden"


def test_the_programme_is_read_once_and_kept(django_assert_num_queries: object) -> None:
    make.programme()
    queries.get()

    with django_assert_num_queries(0):  # type: ignore[operator]
        queries.get()
