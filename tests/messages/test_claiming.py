"""Taking messages out of the queue: lanes, the gate, and everything that keeps a message at home."""

from datetime import timedelta

import pytest

from regulars.kit.clock import now
from regulars.messages import actions, gate
from regulars.messages.models import Message, Suppression
from regulars.providers.models import Gateway
from tests.messages.post_office import BY, SYSTEM, WORKER, claim, lapse, mark, queue, state

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("refused")
def test_each_lane_has_a_quota_of_its_own(gateway_id: int) -> None:
    mailings = [queue(f"mem_{n}") for n in range(4)]
    code = queue("mem_9", message_class="code", subject="system", origin="key:1")

    claimed = claim(gateway_id, limits=(1, 1, 2))

    assert [one.id for one in claimed] == [code.pk, mailings[0].pk, mailings[1].pk]
    assert claim(gateway_id, limits=(5, 5, 0)) == []


@pytest.mark.usefixtures("refused")
def test_a_message_is_claimed_once_and_the_attempts_count(gateway_id: int) -> None:
    message = queue()

    (first,) = claim(gateway_id)
    nothing = claim(gateway_id, worker="sender-2")
    actions.put_back([first], worker=WORKER)
    (second,) = claim(gateway_id, worker="sender-2")

    assert nothing == []
    assert (first.attempt, second.attempt) == (1, 2)
    assert state(message)[0] == "claimed"


def test_a_gate_skips_with_its_reason(gateway_id: int, refused: dict[str, str]) -> None:
    refused["mem_2"] = "unsubscribed"
    allowed, forbidden = queue("mem_1"), queue("mem_2")

    assert [one.id for one in claim(gateway_id)] == [allowed.pk]
    assert state(forbidden) == ("skipped", "unsubscribed")


def test_each_gate_is_asked_once_for_all_its_messages(gateway_id: int) -> None:
    asked: list[int] = []
    gate.register(SYSTEM, lambda candidates, at: asked.append(len(candidates)) or {})
    for n in range(5):
        queue(f"mem_{n}")

    claim(gateway_id)
    gate.unregister(SYSTEM)

    assert asked == [5]


def test_without_a_gate_nothing_is_sent(gateway_id: int) -> None:
    message = queue()

    assert claim(gateway_id) == []
    assert state(message)[0] == "queued"


def test_a_gate_that_fails_lets_nothing_through(gateway_id: int) -> None:
    def broken(*_: object) -> dict[int, str]:
        raise LookupError("no consent table")

    message = queue()
    gate.register(SYSTEM, broken)

    with pytest.raises(LookupError):
        claim(gateway_id)
    gate.unregister(SYSTEM)

    assert state(message)[0] == "queued"


@pytest.mark.usefixtures("refused")
def test_an_overdue_message_expires(gateway_id: int) -> None:
    message = queue(lifetime=timedelta(seconds=5), at=now() - timedelta(minutes=1))

    assert claim(gateway_id) == []
    assert state(message) == ("expired", "lifetime")


@pytest.mark.usefixtures("refused")
def test_a_suppressed_address_is_skipped(gateway_id: int) -> None:
    message = queue()
    Suppression.objects.create(channel="sms", address=message.address, reason="0x0B", since_at=now())

    assert claim(gateway_id) == []
    assert state(message) == ("skipped", "suppressed")


@pytest.mark.usefixtures("refused")
@pytest.mark.parametrize("how", [{"is_on": False}, {"paused_until": now}])
def test_a_gateway_that_is_off_or_paused_gets_nothing(gateway_id: int, how: dict[str, object]) -> None:
    message = queue()
    Gateway.objects.update(
        **{name: value() + timedelta(hours=1) if callable(value) else value for name, value in how.items()}
    )

    assert claim(gateway_id) == []
    assert state(message)[0] == "queued"


@pytest.mark.usefixtures("refused")
def test_marking_needs_our_attempt_our_name_and_time_left(gateway_id: int) -> None:
    message = queue()
    (claimed,) = claim(gateway_id)

    assert mark([claimed], gateway_id, worker="sender-2") == []
    Message.objects.update(lease_until=now() + timedelta(seconds=10))  # less than the gateway's time-out
    assert mark([claimed], gateway_id) == []
    lapse(message)
    actions.recover(by=BY, at=now())
    (anew,) = claim(gateway_id)
    assert mark([claimed], gateway_id) == []
    (hand_over,) = mark([anew], gateway_id)

    assert (hand_over.message_id, hand_over.attempt, hand_over.parts) == (message.pk, 2, (1,))
    assert 0 < hand_over.lifetime_s <= 3600


@pytest.mark.usefixtures("refused")
def test_a_long_text_has_a_reference_for_each_part(gateway_id: int) -> None:
    queue(text="ы" * 150)
    (claimed,) = claim(gateway_id)

    (hand_over,) = mark([claimed], gateway_id)

    assert hand_over.parts == (1, 2, 3)
    assert len(set(hand_over.references)) == 3
