"""Whatever is done to consent, the journal alone gives the same matrix, and no cell changes that nobody named."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.contract.channels import LOYALTY_CHANNELS
from regulars.kit import sql
from regulars.loyalty.members.models import Member
from regulars.loyalty.subscriptions import actions, matrix, queries
from regulars.loyalty.subscriptions.base_types import BASE_TYPES
from regulars.loyalty.subscriptions.matrix import Kind
from tests import make

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FREE = [base.code for base in BASE_TYPES if not base.is_read_only]
CHANNELS = [str(channel) for channel in LOYALTY_CHANNELS]
CELL = st.tuples(st.sampled_from(FREE), st.sampled_from(CHANNELS))
STEP = st.one_of(
    st.tuples(st.just("cells"), st.dictionaries(CELL, st.booleans(), min_size=1, max_size=6)),
    st.tuples(st.just("type"), st.sampled_from(FREE), st.booleans()),
    st.tuples(st.just("channel"), st.sampled_from(CHANNELS), st.booleans()),
    st.tuples(st.just("everything"), st.booleans()),
    st.tuples(st.just("new_type"), st.sampled_from(FREE), st.sets(st.sampled_from(CHANNELS), min_size=1)),
)


def take(member: Member, step: tuple, place: int) -> None:  # type: ignore[type-arg]
    at = START + timedelta(minutes=place)
    match step:
        case "cells", cells:
            actions.set_cells(member, cells, by=make.BY, at=at)
        case "type", code, is_on:
            change = actions.subscribe if is_on else actions.unsubscribe
            change(member, mailing_type=code, by=make.BY, at=at)
        case "channel", channel, is_on:
            change = actions.subscribe if is_on else actions.unsubscribe
            change(member, channel=channel, by=make.BY, at=at)
        case "everything", is_on:
            change = actions.select_all if is_on else actions.disable_all
            change(member, by=make.BY, at=at)
        case "new_type", base, channels:
            actions.add_type(f"own-{make.number()}", name="Own", base=base, channels=channels, by=make.BY, at=at)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=8), consent=st.booleans())
def test_the_journal_alone_gives_the_same_matrix(steps: list, consent: bool) -> None:  # type: ignore[type-arg]
    member = make.member()
    if not consent:
        actions.disable_all(member, by=make.BY, at=START)

    for place, step in enumerate(steps):
        take(member, step, place)

    rebuilt = queries.rebuild_from_journal(member)
    assert rebuilt == queries.get_choices(member)
    assert matrix.draw(queries.list_types(), rebuilt) == queries.get_matrix(member)
    assert queries.list_disagreeing() == []


KINDS = [
    *(Kind(base.code, base.name, base.code, 31, is_read_only=base.is_read_only) for base in BASE_TYPES),
    Kind("wine", "Wine letter", "mailings", 3),
    Kind("recall", "Recalls", "system", 31, is_read_only=True),
]
CODES = [kind.code for kind in KINDS]


@given(
    choices=st.dictionaries(st.sampled_from(CODES), st.integers(0, 31)),
    wanted=st.dictionaries(
        st.tuples(st.sampled_from([*FREE, "wine"]), st.sampled_from(["sms", "email"])), st.booleans()
    ),
)
def test_wanted_cells_are_set_and_no_other(choices: dict[str, int], wanted: dict[tuple[str, str], bool]) -> None:
    before = matrix.draw(KINDS, choices)

    stored = matrix.after(KINDS, choices, wanted)

    after = matrix.draw(KINDS, {**choices, **stored})
    for kind in KINDS:
        for channel in CHANNELS:
            expected = wanted.get((kind.code, channel), before.is_on(kind.code, channel))
            assert after.is_on(kind.code, channel) == expected
    assert matrix.after(KINDS, {**choices, **stored}, wanted) == {}


@pytest.mark.django_db
def test_a_choice_that_was_changed_behind_the_journals_back_is_found() -> None:
    member = make.member()

    sql.run("update loyalty_subscriptions_choice set channels_on = 0 where member_id = %s", [member.id])

    assert queries.list_disagreeing() == [member.id]
