"""Who is in a filter: the compiled SQL says of every member what judging them one by one says."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kit import sql
from regulars.loyalty.audiences import conditions as asked
from regulars.loyalty.audiences import queries
from regulars.loyalty.audiences.conditions import Condition
from regulars.loyalty.audiences.filters import EVERYBODY, Filter, Group
from regulars.loyalty.members import actions as members
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions import gate
from regulars.messages.gate import Candidate
from tests import make
from tests.loyalty.audiences import one_by_one
from tests.loyalty.audiences.town import CITIES, GROUPS, LOCALES, TYPES, Town, settle

pytestmark = pytest.mark.django_db

days = st.sampled_from([1, 6, 7, 30, 40, 365])
amounts = st.sampled_from([0, 1, 50, 99, 500, 12_345])
conditions = st.one_of(
    st.builds(
        asked.Consent, st.sampled_from(TYPES), st.sampled_from(["sms", "email", "push", "social"]), st.booleans()
    ),
    st.builds(
        asked.City,
        st.lists(st.sampled_from([*CITIES, "BATH", "Nowhere", "тверь"]), min_size=1, max_size=3).map(tuple),
        st.booleans(),
    ),
    st.builds(asked.BirthdayMonth, st.lists(st.sampled_from([1, 2, 11, 12]), min_size=1, max_size=2).map(tuple)),
    st.builds(asked.BirthdaySoon, st.sampled_from([0, 1, 7, 40, 96, 100, 366])),
    st.builds(asked.BoughtCategory, st.sampled_from(list(GROUPS)), days, st.integers(1, 3), st.booleans()),
    st.builds(asked.PointsBalance, st.sampled_from(["points", "stars"]), amounts, st.none() | amounts),
    st.builds(asked.PointsBalance, st.sampled_from(["points", "stars"]), st.none(), amounts),
    st.builds(asked.Registered, days),
    st.builds(asked.Registered, st.none(), st.sampled_from([date(2026, 11, 24), date(2026, 10, 25), date(2025, 1, 1)])),
    st.builds(asked.LastPurchase, days, st.booleans()),
    st.builds(asked.Language, st.lists(st.sampled_from(LOCALES), min_size=1, max_size=2).map(tuple)),
)
matches = st.sampled_from(["all", "any", "none"])


def groups(of: st.SearchStrategy[Condition | Group], least: int) -> st.SearchStrategy[Group]:
    return st.builds(Group, matches, st.lists(of, min_size=least, max_size=4).map(tuple))


filters = groups(st.one_of(conditions, groups(st.one_of(conditions, groups(conditions, 1)), 1)), 0)


@pytest.fixture
def town() -> Town:
    return settle()


def found(filter: Filter, at: datetime = make.AT) -> set[int]:
    statement, params = queries.compile(filter, at=at)
    listed = [row["member_id"] for row in sql.fetch(dict, statement, params)]
    assert len(listed) == len(set(listed)), "somebody is named twice"
    return set(listed)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filter=filters)
def test_the_statement_finds_whom_judging_one_by_one_finds(town: Town, filter: Filter) -> None:
    expected = one_by_one.who(town, filter, make.AT)

    assert found(filter) == expected
    assert queries.count(filter, at=make.AT) == len(expected)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filter=filters, mailing_type=st.sampled_from(TYPES))
def test_sizes_are_those_of_judging_one_by_one(town: Town, filter: Filter, mailing_type: str) -> None:
    expected = one_by_one.who(town, filter, make.AT)
    could = {channel: expected & one_by_one.reachable(town, channel, mailing_type) for channel in ("sms", "email")}

    measured = queries.measure(filter, mailing_type=mailing_type, each_alone=True, at=make.AT)
    by_sms = queries.count_reachable(filter, channel="sms", mailing_type=mailing_type, at=make.AT)

    assert measured.size == len(expected)
    assert measured.reachable == {channel: len(people) for channel, people in could.items()}
    assert measured.alone == [len(one_by_one.who(town, Group("all", (each,)), make.AT)) for each in filter.listed()]
    assert (by_sms.size, by_sms.reachable) == (len(expected), len(could["sms"]))


@pytest.mark.parametrize("kind", one_by_one.JUDGES)
def test_the_town_tells_every_condition_apart(town: Town, kind: type[Condition]) -> None:
    """A comparison in which everybody, or nobody, is found would prove little."""
    examples: dict[type[Condition], Condition] = {
        asked.Consent: asked.Consent("club-news", "sms"),
        asked.City: asked.City(("Oxford",)),
        asked.BirthdayMonth: asked.BirthdayMonth((2,)),
        asked.BirthdaySoon: asked.BirthdaySoon(7),
        asked.BoughtCategory: asked.BoughtCategory("dairy", 7),
        asked.PointsBalance: asked.PointsBalance("points", 100),
        asked.Registered: asked.Registered(30),
        asked.LastPurchase: asked.LastPurchase(7),
        asked.Language: asked.Language(("ru",)),
    }

    size = queries.count(Group("all", (examples[kind],)), at=make.AT)

    assert 0 < size < queries.count(EVERYBODY, at=make.AT)


def test_reachable_are_those_whom_the_gate_lets_through(town: Town) -> None:
    rows = [
        Candidate(number, "loyalty", person.member.public_id, "sms", "marketing", "offers", "key:1", person.phone)
        for number, person in enumerate(town.people)
        if person.phone and ("sms", person.phone) not in town.dead
    ]
    refused = gate.refusals(rows, make.AT)

    sizes = queries.count_reachable(EVERYBODY, channel="sms", mailing_type="offers", at=make.AT)

    assert sizes.reachable == len(rows) - len(refused)
    assert 0 < sizes.reachable < sizes.size


def test_who_is_blocked_or_has_left_is_in_no_audience(at: datetime) -> None:
    staying, blocked, gone = make.member(), make.member(), make.member()
    members.block(blocked, reason="fraud", by=make.BY, at=at)
    members.leave(gone, by=make.BY, at=at)

    everybody = found(EVERYBODY)
    not_in_bath = found(Group("none", (asked.City(("Bath",)),)))

    assert everybody == not_in_bath == {staying.pk}


def test_an_opt_out_takes_somebody_out_of_the_reachable_at_once(at: datetime) -> None:
    member = make.member()
    before = queries.count_reachable(EVERYBODY, channel="sms", mailing_type="mailings", at=at)

    subscriptions.unsubscribe(member, channel="sms", by=make.BY, at=at)

    after = queries.count_reachable(EVERYBODY, channel="sms", mailing_type="mailings", at=at)
    assert ((before.size, before.reachable), (after.size, after.reachable)) == ((1, 1), (1, 0))


def test_days_begin_at_midnight_in_the_programmes_zone() -> None:
    make.programme(time_zone="Asia/Tokyo")
    make.member(at=datetime(2026, 11, 22, 14, 59, tzinfo=UTC))
    on_the_23rd = make.member(at=datetime(2026, 11, 22, 15, 0, tzinfo=UTC))

    assert found(Group("all", (asked.Registered(1),))) == {on_the_23rd.pk}


@pytest.mark.parametrize(
    ("at", "days", "is_found"),
    [
        (datetime(2027, 2, 28, 12, tzinfo=UTC), 0, True),
        (datetime(2027, 3, 1, 12, tzinfo=UTC), 0, False),
        (datetime(2028, 2, 28, 12, tzinfo=UTC), 0, False),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), 0, True),
        (datetime(2027, 2, 21, 12, tzinfo=UTC), 7, True),
        (datetime(2027, 2, 20, 12, tzinfo=UTC), 7, False),
    ],
)
def test_who_was_born_on_a_leap_day_celebrates_on_the_28th_in_other_years(
    at: datetime, days: int, is_found: bool
) -> None:
    make.member(birth_date=date(1980, 2, 29))

    assert bool(found(Group("all", (asked.BirthdaySoon(days),)), at)) == is_found


def test_a_filter_of_thirty_conditions_is_one_statement(town: Town) -> None:
    many = tuple(asked.BoughtCategory("dairy", days + 1) for days in range(30))

    with CaptureQueriesContext(connection) as asked_for:
        queries.measure(Group("any", many), mailing_type="mailings", each_alone=True, at=make.AT)

    counted = [each for each in asked_for.captured_queries if "loyalty_members_member" in each["sql"]]
    assert len(counted) == 1


def test_a_sample_shows_the_first_members(town: Town) -> None:
    sample = queries.list_sample(Group("all", (asked.Language(("en",)),)), limit=5, at=make.AT)

    expected = sorted(one_by_one.who(town, Group("all", (asked.Language(("en",)),)), make.AT))[:5]
    assert [member.pk for member in sample] == expected


def test_cities_are_listed_by_how_many_live_there(at: datetime) -> None:
    for city in ("Bath", "Oxford", "oxford", "", "50% Town"):
        make.member(city=city)

    assert queries.list_cities(limit=1) == [queries.City("Oxford", 2)]
    assert [each.name for each in queries.list_cities(beginning="BA")] == ["Bath"]
    assert [each.name for each in queries.list_cities(beginning="50%")] == ["50% Town"]
    assert [each.name for each in queries.list_cities(beginning="%")] == []
