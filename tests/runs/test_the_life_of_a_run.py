"""A run: its audience is frozen once, taken piece by piece, held and released; and it ends when nothing is left."""

from typing import Any

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.journal.models import Entry
from regulars.runs import actions as runs
from regulars.runs import queries
from regulars.runs.models import Recipient, Run
from tests import make

pytestmark = pytest.mark.django_db
PEOPLE = "select unnest(%s::text[])"


def opened(kind: str = "mailing", mailing: str = "mlg_1") -> Run:
    return runs.open_run("shop", mailing_id=mailing, kind=kind, channel="sms", by=make.BY, at=make.AT)


def frozen(*people: str) -> Run:
    run = opened()
    runs.freeze(run, PEOPLE, [list(people)], at=make.AT)
    run.refresh_from_db()
    return run


def finish(run: Run, *, has_messages: bool = False) -> str:
    run.refresh_from_db()
    runs.finish(run, has_messages=has_messages, by=make.BY, at=make.AT)
    run.refresh_from_db()
    return run.state


def told() -> list[str]:
    return list(Entry.objects.filter(system="runs").order_by("id").values_list("event", flat=True))


def test_an_audience_is_frozen_once_whatever_is_said_later() -> None:
    run = opened()

    sizes = [runs.freeze(run, PEOPLE, [list(people)], at=make.AT) for people in ("abca", "xyz")]

    assert sizes == [3, None]
    assert sorted(Recipient.objects.values_list("person_id", flat=True)) == ["a", "b", "c"]
    run.refresh_from_db()
    assert (run.state, run.audience_size, run.frozen_at) == ("queueing", 3, make.AT)


def test_a_freezing_that_was_killed_leaves_nothing_and_is_done_again() -> None:
    run = opened()
    place = transaction.savepoint_create()
    runs.freeze(run, PEOPLE, [["a", "b"]], at=make.AT)
    transaction.savepoint_rollback(place)
    run.refresh_from_db()
    assert (run.state, Recipient.objects.count()) == ("freezing", 0)

    assert runs.freeze(run, PEOPLE, [["a", "b"]], at=make.AT) == 2


@given(
    people=st.lists(st.sampled_from("abcdefghij"), max_size=30),
    steps=st.lists(st.tuples(st.integers(1, 4), st.booleans(), st.booleans()), max_size=12),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_everybody_is_recorded_exactly_once_whatever_dies_on_the_way(
    people: list[str], steps: list[tuple[int, bool, bool]]
) -> None:
    run = opened(mailing=f"mlg_{make.number()}")
    runs.freeze(run, PEOPLE, [people], at=make.AT)
    recorded: list[str] = []
    for limit, dies, skips in [*steps, *[(4, False, False)] * 8]:
        place = transaction.savepoint_create()
        taken = runs.take(run, limit)
        queued, skipped = ([], dict.fromkeys(taken, "no_address")) if skips else (taken, {})
        assert runs.record(run, queued=queued, skipped=skipped) == len(taken)
        if dies:
            transaction.savepoint_rollback(place)
        else:
            recorded += taken

    assert sorted(recorded) == sorted(set(people))
    done = queries.progress(run)
    assert (done.waiting, done.people) == (0, len(set(people)))


def test_what_is_recorded_twice_counts_once() -> None:
    run = frozen("a", "b")

    counts = [runs.record(run, queued=["a"], skipped={"b": "no_address"}), runs.record(run, skipped={"a": "gone"})]

    assert counts == [2, 0]
    assert queries.progress(run) == queries.Progress(waiting=0, queued=1, skipped={"no_address": 1})


def test_nobody_is_taken_from_a_run_that_is_held_or_cancelled_or_frozen_still() -> None:
    run = frozen("a", "b")
    runs.hold(run, by=make.BY, at=make.AT)
    held = runs.take(run, 5)
    runs.release(run, by=make.BY, at=make.AT)
    released = runs.take(run, 1)
    runs.cancel(run, by=make.BY, at=make.AT)

    assert (held, released, runs.take(run, 5)) == ([], ["a"], [])
    assert runs.take(opened(mailing="mlg_2"), 5) == []


def test_pausing_twice_and_going_on_twice_is_said_once() -> None:
    run = frozen("a")

    for _ in range(2):
        runs.hold(run, trouble="A text cannot be rendered.", by=make.BY, at=make.AT)
    assert (run.is_held, run.trouble) == (True, "A text cannot be rendered.")
    for _ in range(2):
        runs.release(run, by=make.BY, at=make.AT)

    assert (run.is_held, run.trouble) == (False, "")
    assert told() == ["runs.RunStarted", "runs.RunPaused", "runs.RunReleased"]


def test_a_run_ends_when_nobody_waits_and_no_message_is_left() -> None:
    run = frozen("a")

    states = [finish(run)]
    runs.record(run, queued=["a"])
    states += [finish(run, has_messages=True), finish(run, has_messages=True), finish(run)]

    assert states == ["queueing", "sending", "sending", "done"]
    assert (run.ended_at, told()[-1]) == (make.AT, "runs.RunEnded")


def test_what_was_looked_at_before_the_last_texts_were_made_ends_nothing() -> None:
    run = frozen("a")
    runs.record(run, queued=["a"])

    runs.finish(run, has_messages=False, by=make.BY, at=make.AT)  # its messages were counted before `a` was queued

    run.refresh_from_db()
    assert run.state == "sending"


def test_a_cancelled_run_is_over_when_its_messages_are_taken_back() -> None:
    run = frozen("a", "b")
    runs.cancel(run, by=make.BY, at=make.AT)

    assert finish(run, has_messages=True) == "cancelled"
    assert run.ended_at is None
    finish(run)
    assert run.ended_at == make.AT
    assert told() == ["runs.RunStarted", "runs.RunCancelled"]


@pytest.mark.parametrize("verb", [runs.hold, runs.release, runs.cancel])
def test_nothing_about_a_run_that_is_over_changes(verb: Any) -> None:
    run = frozen()
    assert [finish(run), finish(run)] == ["sending", "done"]

    with pytest.raises(runs.RunIsOver):
        verb(run, by=make.BY, at=make.AT)


def test_a_mailing_runs_once_at_a_time_and_tests_do_not_count() -> None:
    first = frozen("a")
    opened("test")
    with pytest.raises(runs.RunGoesOn):
        opened()

    runs.cancel(first, by=make.BY, at=make.AT)
    finish(first)

    assert opened().pk != first.pk
    assert [each.kind for each in queries.list_of_mailing("shop", "mlg_1")] == ["mailing", "test", "mailing"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_different_people_and_cancelling_waits_for_them() -> None:
    run = frozen("a", "b", "c")
    other = connections["default"].copy()
    try:
        with transaction.atomic():
            mine = runs.take(run, 2)
            with other.cursor() as there:
                there.execute("set statement_timeout = 300")
                there.execute(
                    "select person_id from runs_recipient where run_id = %s and state = 'waiting'"
                    " order by id for update skip locked",
                    [run.pk],
                )
                theirs = [row[0] for row in there.fetchall()]
                there.execute("update runs_run set is_held = true where id = %s", [run.pk])  # a pause does not wait
                with pytest.raises(Exception, match="statement timeout"):
                    there.execute("select 1 from runs_run where id = %s for update", [run.pk])
    finally:
        other.close()

    assert (len(mine), len(theirs), sorted(mine + theirs)) == (2, 1, ["a", "b", "c"])
