"""Mailings go by runs: held ones stay at home, several share the lane, a cancelled one is over."""

from datetime import timedelta

import pytest

from regulars.kit.clock import now
from regulars.messages import actions
from regulars.messages.models import Message
from regulars.runs.models import Run
from tests.messages.post_office import SYSTEM, claim, mark, queue, state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refused")]


def start(mailing: str = "mlg_1", *, run_state: str = "sending", is_held: bool = False, channel: str = "sms") -> Run:
    return Run.objects.create(
        system=SYSTEM,
        public_id=f"run_{mailing}",
        mailing_id=mailing,
        kind="mailing",
        channel=channel,
        state=run_state,
        is_held=is_held,
        started_by="system:tests",
        started_at=now(),
    )


def fill(run: Run, count: int) -> list[Message]:
    return [queue(f"mem_{run.pk}_{n}", run_id=run.pk, origin=f"run:{run.public_id}") for n in range(count)]


@pytest.mark.parametrize(
    ("run_state", "is_held", "is_claimed"),
    [
        ("queueing", False, True),
        ("sending", False, True),
        ("sending", True, False),
        ("freezing", False, False),
        ("cancelled", False, False),
    ],
)
def test_only_a_run_that_goes_on_is_claimed(
    gateway_id: int, run_state: str, *, is_held: bool, is_claimed: bool
) -> None:
    (message,) = fill(start(run_state=run_state, is_held=is_held), 1)

    assert [one.id for one in claim(gateway_id)] == ([message.pk] if is_claimed else [])


def test_a_small_mailing_does_not_wait_for_a_large_one(gateway_id: int) -> None:
    fill(start("mlg_large"), 20)
    small = fill(start("mlg_small"), 2)

    claimed = {one.id for one in claim(gateway_id, limits=(5, 5, 6))}

    assert {message.pk for message in small} <= claimed
    assert len(claimed) == 5  # three of the large one


def test_what_was_claimed_before_a_pause_does_not_leave_after_it(gateway_id: int) -> None:
    run = start()
    (message,) = fill(run, 1)
    claimed = claim(gateway_id)
    run.is_held = True
    run.save()

    assert mark(claimed, gateway_id) == []
    assert state(message)[0] == "claimed"


def test_cancelling_takes_some_at_a_time_and_leaves_what_has_left(gateway_id: int) -> None:
    run = start()
    fill(run, 5)
    mark(claim(gateway_id, limits=(1, 1, 1)), gateway_id)
    run.state = "cancelled"
    run.save()

    counts = [actions.cancel_run(run.pk, most=3, at=now()) for _ in range(3)]

    assert counts == [3, 1, 0]
    assert sorted(Message.objects.values_list("state", flat=True)) == ["cancelled"] * 4 + ["submitting"]


def test_an_overdue_message_of_a_run_expires(gateway_id: int) -> None:
    run = start()
    message = queue(run_id=run.pk, lifetime=timedelta(seconds=1))

    claim(gateway_id)

    assert state(message) == ("expired", "lifetime")


def test_tests_are_forgotten_after_a_day_and_mailings_are_not(gateway_id: int) -> None:
    long_ago, test = now() - timedelta(days=2), start("mlg_test")
    Run.objects.filter(pk=test.pk).update(kind="test", started_at=long_ago)
    mailing = start("mlg_kept")
    Run.objects.filter(pk=mailing.pk).update(started_at=long_ago)
    (tested,), (kept,) = fill(test, 1), fill(mailing, 1)
    Message.objects.update(state="cancelled")
    (fresh,) = fill(start("mlg_fresh"), 1)

    forgotten = actions.forget_tests(at=now())

    texts = {message.pk: message.text for message in Message.objects.all()}
    assert forgotten == 1
    assert texts == {tested.pk: "", kept.pk: "Hello", fresh.pk: "Hello"}
    assert actions.forget_tests(at=now()) == 0
