"""What becomes of a message after a hand-over, and that only the attempt that owns it may say so."""

from datetime import timedelta

import pytest

from regulars.journal.models import Entry
from regulars.kit.clock import now
from regulars.messages import actions
from regulars.messages.gateway import Outcome, PartResult
from regulars.messages.intents import Result
from regulars.messages.models import Delivery, Message, Suppression
from regulars.providers.models import Gateway
from tests.messages.post_office import BY, WORKER, claim, lapse, make_ready, mark, queue, settle, state, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refused")]


@pytest.mark.parametrize(
    ("outcome", "becomes", "pause_s"),
    [
        (Outcome.ACCEPTED, "accepted", None),
        (Outcome.FAILED, "failed", None),
        (Outcome.RETIRE, "failed", None),
        (Outcome.UNKNOWN, "unknown", None),
        (Outcome.LATER, "queued", 5),
        (Outcome.SLOW, "queued", 1),
        (Outcome.UNSENT, "queued", 0.5),
        (Outcome.CREDENTIALS, "queued", 30),
    ],
)
def test_each_outcome_has_its_consequence(
    gateway_id: int, outcome: Outcome, becomes: str, pause_s: float | None
) -> None:
    message = queue()

    settled = settle(submit(gateway_id), gateway_id, outcome, code="0x1")

    assert (settled, state(message)[0]) == (1, becomes)
    if pause_s:
        assert (message.next_at - message.state_at) == timedelta(seconds=pause_s)


def test_results_of_every_kind_are_written_down_together(gateway_id: int) -> None:
    messages = [queue(f"mem_{n}", address=f"+7999000{n:04}") for n, _ in enumerate(Outcome)]
    claimed = claim(gateway_id)
    mark(claimed, gateway_id)

    results = [
        Result(one.id, one.person_id, one.attempt, [PartResult(1, outcome)])
        for one, outcome in zip(claimed, Outcome, strict=True)
    ]
    settled = actions.settle(results, gateway_id=gateway_id, worker=WORKER, by=BY, at=now())

    assert settled == len(messages)
    assert not Message.objects.filter(state="submitting").exists()


def test_later_means_longer_pauses_and_slow_down_does_not(gateway_id: int) -> None:
    message = queue()
    pauses = []
    for outcome in (Outcome.SLOW, Outcome.LATER, Outcome.LATER, Outcome.SLOW, Outcome.LATER):
        settle(submit(gateway_id), gateway_id, outcome)
        message.refresh_from_db()
        pauses.append((message.next_at - message.state_at).total_seconds())
        make_ready()

    assert pauses == [1, 5, 10, 1, 20]


def test_tries_end_with_the_lifetime(gateway_id: int) -> None:
    message = queue(lifetime=timedelta(minutes=5, seconds=3))

    settle(submit(gateway_id), gateway_id, Outcome.LATER)
    message.refresh_from_db()

    assert message.next_at == message.expires_at


def test_a_zombie_settles_nothing(gateway_id: int) -> None:
    message = queue(message_class="event")
    old = submit(gateway_id)
    lapse(message)
    actions.recover(by=BY, at=now(), repeat_after_s=0)
    (new,) = claim(gateway_id, worker="sender-2")
    mark([new], gateway_id, worker="sender-2")

    late = settle(old, gateway_id, (Outcome.ACCEPTED, "A1"))
    before = state(message)[0]
    mine = settle(new, gateway_id, (Outcome.ACCEPTED, "A2"), worker="sender-2")

    assert (late, before) == (0, "submitting")
    assert (mine, state(message)[0]) == (1, "accepted")
    assert Delivery.objects.get().provider_id == "A2"


def test_the_same_result_twice_counts_once(gateway_id: int) -> None:
    queue()
    claimed = submit(gateway_id)

    assert settle(claimed, gateway_id, (Outcome.ACCEPTED, "A1")) == 1
    assert settle(claimed, gateway_id, Outcome.FAILED) == 0


def test_one_failed_part_fails_the_message(gateway_id: int) -> None:
    message = queue(text="ы" * 100)

    settle(submit(gateway_id), gateway_id, (Outcome.ACCEPTED, "A1"), Outcome.FAILED, code="0x45")

    assert state(message) == ("failed", "0x45")


def test_parts_that_were_taken_are_not_sent_again_and_keep_their_numbers(gateway_id: int) -> None:
    message = queue(text="ы" * 150)
    (claimed,) = claim(gateway_id)
    (first,) = mark([claimed], gateway_id)
    settle(claimed, gateway_id, (Outcome.ACCEPTED, "A1"), Outcome.LATER, Outcome.UNSENT)
    make_ready()

    (claimed,) = claim(gateway_id)
    (second,) = mark([claimed], gateway_id)

    assert (second.references, second.parts) == (first.references, (2, 3))
    assert state(message)[0] == "submitting"


def told() -> list[str]:
    """What the journal was told, beside that the gateway was set up."""
    return [entry.event for entry in Entry.objects.exclude(event="providers.GatewaySet").order_by("id")]


def test_a_dead_address_is_suppressed_and_told(gateway_id: int) -> None:
    message = queue()

    settle(submit(gateway_id), gateway_id, Outcome.RETIRE, code="0x0B")

    assert state(message) == ("failed", "0x0B")
    assert Suppression.objects.values_list("address", "reason").get() == (message.address, "0x0B")
    assert told() == ["messages.AddressSuppressed"]


def test_refused_credentials_pause_the_gateway_and_tell_once(gateway_id: int) -> None:
    queue(), queue("mem_2")
    claimed = claim(gateway_id)
    mark(claimed, gateway_id)

    for one in claimed:
        settle(one, gateway_id, Outcome.CREDENTIALS, code="0x0E")

    gateway = Gateway.objects.get()
    assert (gateway.trouble, gateway.paused_until is not None) == ("0x0E", True)
    assert told() == ["providers.GatewayPaused"]
