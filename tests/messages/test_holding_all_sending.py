"""Holding all sending: nothing leaves from the commit on, codes included; what waits goes on when it is released."""

from datetime import datetime, timedelta

import pytest

from regulars.journal.models import Entry
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messages import actions
from regulars.messages.gateway import Outcome
from regulars.messages.models import Message
from regulars.providers import actions as providers
from regulars.providers import queries
from regulars.providers.models import Hold
from tests.messages.post_office import BY, WORKER, claim, lapse, mark, queue, settle, state, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refused")]
ADA = Actor("employee", "ada", "backoffice")


def hold(reason: str = "The price in the autumn mailing is wrong") -> None:
    providers.hold_sending(reason, by=ADA, at=now())


def test_nothing_is_claimed_and_nothing_that_was_claimed_is_marked(gateway_id: int) -> None:
    first = queue("mem_1")
    (claimed,) = claim(gateway_id)
    hold()
    code = queue("mem_2", message_class="code", subject="system", origin="key:1")

    assert mark([claimed], gateway_id) == []
    assert claim(gateway_id) == []
    assert state(first)[0] == "claimed"
    assert state(code)[0] == "queued"


def test_what_waited_leaves_after_the_release_and_what_is_overdue_expires(gateway_id: int) -> None:
    message, overdue = queue("mem_1"), queue("mem_2", lifetime=timedelta(minutes=6))
    hold()
    Message.objects.filter(pk=overdue.pk).update(expires_at=now() - timedelta(minutes=1))

    providers.release_sending(by=ADA, at=now())

    assert [one.id for one in claim(gateway_id)] == [message.pk]
    assert state(overdue) == ("expired", "lifetime")


def test_what_is_being_handed_over_is_settled_while_sending_is_held(gateway_id: int) -> None:
    message = queue("mem_1")
    claimed = submit(gateway_id)
    hold()

    assert settle(claimed, gateway_id, Outcome.ACCEPTED) == 1
    assert state(message)[0] == "accepted"


def test_a_claimed_message_goes_back_and_waits(gateway_id: int) -> None:
    message = queue("mem_1")
    (claimed,) = claim(gateway_id)
    hold()
    lapse(message)

    assert actions.recover(by=BY, at=now()).put_back == 1
    assert actions.put_back([claimed], worker=WORKER) == 0
    assert claim(gateway_id) == []


def test_holding_twice_keeps_the_first_reason_and_is_told_once(at: datetime) -> None:
    hold("The price is wrong")
    providers.hold_sending("Another reason", by=BY, at=at)

    found = queries.find_hold()

    assert found is not None
    assert (found.reason, found.by) == ("The price is wrong", "ada")
    assert Hold.objects.count() == 1
    assert Entry.objects.filter(event="providers.SendingHeld").count() == 1


def test_releasing_twice_is_told_once() -> None:
    hold()

    for _ in range(2):
        providers.release_sending(by=ADA, at=now())

    queries.forget()
    assert queries.find_hold() is None
    assert Hold.objects.get().released_by == "employee:ada"
    assert Entry.objects.filter(event="providers.SendingReleased").count() == 1


@pytest.mark.parametrize("reason", ["", "  ", "\x00", "long" * 100])
def test_a_hold_has_a_reason_that_people_can_read(reason: str) -> None:
    with pytest.raises(providers.ReasonNeeded):
        hold(reason)

    assert not Hold.objects.exists()


def test_an_event_message_that_a_restore_put_aside_is_never_sent_again_by_itself(gateway_id: int) -> None:
    message = queue(message_class="event")
    settle(submit(gateway_id), gateway_id, Outcome.UNKNOWN)
    Message.objects.update(reason="restored")

    assert actions.recover(by=BY, at=now(), repeat_after_s=0).repeated == 0
    assert state(message) == ("unknown", "restored")
