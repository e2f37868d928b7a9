"""After a crash: what had not left goes back, what may have left is unknown, and only events are sent once more."""

from datetime import timedelta

import pytest

from regulars.kit.clock import now
from regulars.messages import actions
from regulars.messages.gateway import Outcome, Receipt, ReceiptState
from regulars.messages.models import Delivery, Message
from tests.messages.post_office import BY, claim, lapse, make_ready, mark, queue, settle, state, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refused")]


def recover(*, repeat_after_s: float = 120) -> tuple[int, int, int]:
    found = actions.recover(by=BY, at=now(), repeat_after_s=repeat_after_s)
    return found.put_back, found.unknown, found.repeated


def test_claimed_messages_of_a_lost_sender_go_back(gateway_id: int) -> None:
    message = queue()
    claim(gateway_id)
    too_early = recover()
    lapse(message)

    assert (too_early, recover()) == ((0, 0, 0), (1, 0, 0))
    assert state(message) == ("queued", "lease_over")


def test_messages_on_their_way_become_unknown(gateway_id: int) -> None:
    message = queue()
    submit(gateway_id)
    lapse(message)

    assert recover() == (0, 1, 0)
    assert state(message) == ("unknown", "sender_lost")
    assert Delivery.objects.get().state == "unanswered"


@pytest.mark.parametrize("message_class", ["marketing", "code"])
def test_marketing_and_codes_of_unknown_fate_are_not_sent_again(gateway_id: int, message_class: str) -> None:
    message = queue(message_class=message_class)
    settle(submit(gateway_id), gateway_id, Outcome.UNKNOWN)

    assert recover(repeat_after_s=0) == (0, 0, 0)
    assert state(message)[0] == "unknown"


def test_an_event_message_of_unknown_fate_is_sent_once_more(gateway_id: int) -> None:
    message = queue(message_class="event")
    settle(submit(gateway_id), gateway_id, Outcome.UNKNOWN)
    too_early = recover()
    again = recover(repeat_after_s=0)
    make_ready()
    settle(submit(gateway_id), gateway_id, Outcome.UNKNOWN)
    third = recover(repeat_after_s=0)

    assert (too_early, again, third) == ((0, 0, 0), (0, 0, 1), (0, 0, 0))
    assert state(message)[0] == "unknown"


def test_an_event_message_past_its_lifetime_is_not_sent_again(gateway_id: int) -> None:
    queue(message_class="event")
    settle(submit(gateway_id), gateway_id, Outcome.UNKNOWN)
    Message.objects.update(expires_at=now() - timedelta(minutes=1))

    assert recover(repeat_after_s=0) == (0, 0, 0)


def test_a_receipt_between_the_two_tries_saves_the_second(gateway_id: int) -> None:
    message = queue(message_class="event")
    settle(submit(gateway_id), gateway_id, Outcome.UNKNOWN)
    recover(repeat_after_s=0)
    reference = Delivery.objects.get().pk % 65_536
    receipt = Receipt("A1", reference, ReceiptState.DELIVERED, address=message.address)
    actions.record_receipts(gateway_id, [receipt], by=BY, at=now())
    make_ready()

    (claimed,) = claim(gateway_id)

    assert mark([claimed], gateway_id) == []
    assert state(message)[0] == "delivered"


def test_a_receipt_that_came_before_the_crash_was_noticed_is_found(gateway_id: int) -> None:
    message = queue()
    submit(gateway_id)
    reference = Delivery.objects.get().pk % 65_536
    receipt = Receipt("A1", reference, ReceiptState.DELIVERED, address=message.address)
    found = actions.record_receipts(gateway_id, [receipt], by=BY, at=now())
    lapse(message)

    recover()

    assert found == 0
    assert state(message)[0] == "delivered"
