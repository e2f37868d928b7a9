"""Asking for messages: once per intent, cancelled by an opt-out, emptied when a person leaves."""

from datetime import datetime, timedelta

import pytest

from regulars.messages import actions
from regulars.messages.gateway import Outcome
from regulars.messages.intents import Intent
from regulars.messages.models import Message, Receipt, Suppression
from tests.messages.post_office import BY, SYSTEM, claim, make_ready, mark, queue, settle, state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refused")]


def intent(person: str, **wishes: object) -> Intent:
    fields = {"system": SYSTEM, "person_id": person, "channel": "sms", "message_class": "event", "subject": "accrual"}
    words = {"origin": "event:7", "template": "credited", "address": "+79990000010", "sender": "", "text": "Hi"}
    return Intent(**{**fields, **words, "lifetime": timedelta(hours=1), **wishes})  # type: ignore[arg-type]


def test_an_intent_is_queued_once() -> None:
    message = queue()

    again = actions.queue(
        system=SYSTEM,
        person_id="mem_1",
        channel="sms",
        message_class="marketing",
        subject="offers",
        origin="run:1",
        template="hello",
        address="+79990000099",
        sender="",
        text="Another text",
        lifetime=timedelta(hours=2),
        by=BY,
        at=message.queued_at,
    )

    assert again is None
    assert Message.objects.count() == 1


def test_a_message_remembers_its_lifetime_its_lane_and_who_asked(at: datetime) -> None:
    message = queue(message_class="code", lifetime=timedelta(minutes=5), at=at)

    assert (message.lane, message.queued_by) == (0, "system:")
    assert (message.queued_at, message.next_at, message.expires_at) == (at, at, at + timedelta(minutes=5))


def test_queueing_many_twice_adds_nobody_twice(at: datetime) -> None:
    wanted = [intent(f"mem_{n}") for n in range(7)]

    first = actions.queue_many(wanted, by=BY, at=at)
    again = actions.queue_many([*wanted, intent("mem_7")], by=BY, at=at)

    assert (first, again, Message.objects.count()) == (7, 1, 8)
    assert set(Message.objects.values_list("lane", flat=True)) == {1}


def test_an_opt_out_cancels_only_its_cells(gateway_id: int, at: datetime) -> None:
    meant = queue(subject="mailings")
    other_type = queue(subject="accrual", origin="event:1")
    other_channel = queue(channel="email", address="a@example.org")
    other_person = queue("mem_2")

    cancelled = actions.cancel(SYSTEM, "mem_1", subjects=["mailings"], channels=["sms"], reason="unsubscribed", at=at)

    assert cancelled == 1
    assert state(meant) == ("cancelled", "unsubscribed")
    assert {state(one)[0] for one in (other_type, other_channel, other_person)} == {"queued"}


def test_an_opt_out_covers_claimed_messages_and_leaves_those_on_their_way(gateway_id: int, at: datetime) -> None:
    going, held = queue(), queue(origin="run:2")
    claimed = claim(gateway_id)
    mark([one for one in claimed if one.id == going.pk], gateway_id)

    cancelled = actions.cancel(SYSTEM, "mem_1", reason="unsubscribed", at=at)
    marked_later = mark([one for one in claimed if one.id == held.pk], gateway_id)

    assert (cancelled, marked_later) == (1, [])
    assert (state(going)[0], state(held)[0]) == ("submitting", "cancelled")


def test_leaving_cancels_and_empties_everything(gateway_id: int, at: datetime) -> None:
    sent, waiting = queue(text="Dear Anna"), queue(origin="run:2", text="Dear Anna")
    (claimed,) = claim(gateway_id, limits=(0, 0, 1))
    mark([claimed], gateway_id)
    settle(claimed, gateway_id, (Outcome.ACCEPTED, "A1"))
    Suppression.objects.create(channel="sms", address=sent.address, person_id="mem_1", reason="x", since_at=at)
    Receipt.objects.create(gateway_id=gateway_id, provider_id="?", address=sent.address, state="failed", received_at=at)

    actions.erase_person("mem_1", at=at)

    assert (state(sent), state(waiting)) == (("accepted", ""), ("cancelled", "person_gone"))
    assert set(Message.objects.values_list("address", "text")) == {("", "")}
    assert not Suppression.objects.exists()
    assert not Receipt.objects.exists()


def test_what_returns_to_the_queue_after_leaving_is_not_sent(gateway_id: int, at: datetime) -> None:
    message = queue()
    (claimed,) = claim(gateway_id)
    mark([claimed], gateway_id)
    actions.erase_person("mem_1", at=at)
    settle(claimed, gateway_id, Outcome.SLOW)
    make_ready()

    assert claim(gateway_id) == []
    assert state(message) == ("skipped", "no_address")
