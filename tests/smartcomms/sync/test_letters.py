"""Letters from the broker: taken once, refused for ever, or tried again."""

from datetime import timedelta

import pytest
from django.db import transaction

from regulars.contract import signing
from regulars.contract.changes import Batch
from regulars.gateways.rabbitmq.receivers import Letter, LetterRefused
from regulars.smartcomms.customers import queries as customers
from regulars.smartcomms.subscriptions import queries as choices
from regulars.smartcomms.subscriptions.models import Entry
from regulars.smartcomms.sync import actions as sync
from regulars.smartcomms.sync import letters
from regulars.smartcomms.sync.models import Inbox
from tests.smartcomms import people
from tests.smartcomms.people import AT

pytestmark = pytest.mark.django_db
KEY = "together:only-for-tests"


def letter(batch: Batch | bytes, *, message_id: str = "one", key: str = KEY) -> Letter:
    body = batch if isinstance(batch, bytes) else batch.model_dump_json().encode()
    return Letter(message_id, body, signing.sign(key, body, int(AT.timestamp())))


def test_a_letter_is_taken_with_its_id_in_the_inbox() -> None:
    anna = people.fact()

    sync.receive_letter(
        letter(Batch(members=[anna], consent_changes=[people.change(anna.person_id, "sms", False)])), AT
    )

    assert customers.find(anna.person_id) is not None
    assert not choices.is_channel_on(anna.person_id, "sms")
    assert [row.message_id for row in Inbox.objects.all()] == ["one"]


def test_its_double_does_nothing_at_all() -> None:
    anna = people.customer()
    off = letter(Batch(consent_changes=[people.change(anna.person_id, "sms", False)]))
    sync.receive_letter(off, AT)
    entries = Entry.objects.count()

    sync.receive_letter(off, AT + timedelta(days=2))

    assert Entry.objects.count() == entries
    assert Inbox.objects.count() == 1


def test_id_and_effect_are_written_together_or_not_at_all() -> None:
    anna = people.fact()
    told = letter(Batch(members=[anna]))

    @transaction.atomic
    def is_killed() -> None:
        sync.receive_letter(told, AT)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        is_killed()
    assert not Inbox.objects.exists()
    sync.receive_letter(told, AT)

    assert customers.find(anna.person_id) is not None


def test_a_letter_that_waited_for_days_is_still_taken() -> None:
    anna = people.fact()

    sync.receive_letter(letter(Batch(members=[anna])), AT + timedelta(days=3))

    assert customers.find(anna.person_id) is not None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (letter(Batch(), key="a stranger's key"), "signature"),
        (Letter("one", b"{}", ""), "signature"),
        (letter(b"{"), "body: Invalid JSON"),
        (letter(b"\xff"), "body: "),
        (letter(b'{"members": [{"person_id": "mem_0"}]}'), "members.0.changed_at: "),
        (letter(b'{"secrets": 1}'), "secrets: "),
        (letter(Batch(), message_id=""), "message id"),
        (letter(Batch(), message_id="x" * 256), "message id"),
        (letter(b" " * 6_000_000), "too long"),
    ],
)
def test_what_can_never_be_taken_is_refused_with_the_reason(wrong: Letter, why: str) -> None:
    with pytest.raises(LetterRefused, match=why):
        sync.receive_letter(wrong, AT)

    assert why in letters.judge(wrong)
    assert not Inbox.objects.exists()


def test_a_reason_does_not_repeat_what_people_said_of_themselves() -> None:
    wrong = letter(b'{"members": [{"person_id": "mem_0", "changed_at": "Anna Field, +447700900101"}]}')

    assert "members.0.changed_at" in letters.judge(wrong)
    assert "Anna" not in letters.judge(wrong)
    assert "4477" not in letters.judge(wrong)


def test_ids_are_forgotten_after_thirty_days() -> None:
    sync.receive_letter(letter(Batch()), AT)
    sync.receive_letter(letter(Batch(), message_id="two"), AT + timedelta(days=10))

    assert sync.forget_old(AT + timedelta(days=31)) == 1
    assert [row.message_id for row in Inbox.objects.all()] == ["two"]
