"""Who leaves is erased here and now; a tombstone with the random id stays."""

from datetime import datetime, timedelta

import pytest
from django.apps import apps

from regulars.journal.models import Entry, Personal
from regulars.kit import sql
from regulars.loyalty.cards.models import Card
from regulars.loyalty.members import actions, queries, sign_in
from regulars.loyalty.members.models import Identifier, Member, OneTimeCode, Session
from regulars.loyalty.notifications import actions as notifications
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.messages import actions as messages
from regulars.messages.models import Message
from tests import cast, make

pytestmark = pytest.mark.django_db


def queued(member: Member, at: datetime) -> Message:
    message_id = messages.queue(
        system="loyalty",
        person_id=member.public_id,
        channel="sms",
        message_class="event",
        subject="accrual",
        origin=f"key:{make.number()}",
        template="",
        address=cast.ANNA.phone,
        sender="",
        text="Dear Anna Morgan",
        lifetime=timedelta(days=2),
        by=make.BY,
        at=at,
    )
    return Message.objects.get(id=message_id)


def lived_in(at: datetime) -> Member:
    """Anna after a while: signed in, written to, her profile changed, her consent too."""
    anna = cast.anna().member
    notifications.send_sign_in_code(cast.ANNA.phone, by=make.BY, at=at)
    code = sign_in.ask_code(cast.ANNA.phone, at=at).code or ""
    sign_in.sign_in(cast.ANNA.phone, code, device="Anna Morgan's telephone", by=make.OPERATOR, at=at)
    notifications.send_sign_in_code(cast.ANNA.phone, by=make.BY, at=at)
    actions.change_profile(anna, {"last_name": "Morgan-Weber", "city": "Annaville"}, by=make.OPERATOR, at=at)
    told = "Mrs Morgan rang and complained"
    subscriptions.unsubscribe(anna, channel="viber", reason=told, by=make.OPERATOR, at=at)
    queued(anna, at)
    return anna


def test_nothing_personal_is_left_in_any_table(at: datetime) -> None:
    anna = lived_in(at)

    assert actions.leave(anna, by=make.OPERATOR, at=at)

    for model in apps.get_models():
        table = model._meta.db_table
        found = sql.fetch(
            dict,
            f"select row_to_json(t)::text as row from {table} t where row_to_json(t)::text ~* %s",
            [r"anna|morgan|447700900001|1979-05-14|203\.0\.113\.7"],
        )
        assert not found, table


def test_a_tombstone_stays(at: datetime) -> None:
    anna = cast.anna().member

    actions.leave(anna, by=make.OPERATOR, at=at)

    tombstone = queries.get_by_public_id(anna.public_id)
    assert (tombstone.id, tombstone.state, tombstone.gone_at) == (anna.id, "gone", at)
    assert (tombstone.first_name, tombstone.last_name, tombstone.birth_date, tombstone.city) == ("", "", None, "")
    assert not Identifier.objects.filter(member_id=anna.id).exists()
    assert not Session.objects.exists()
    assert not OneTimeCode.objects.exists()
    assert not Personal.objects.filter(person_id=anna.public_id).exists()


def test_queued_messages_are_cancelled_and_emptied(at: datetime) -> None:
    anna = cast.anna().member
    message = queued(anna, at)

    actions.leave(anna, by=make.OPERATOR, at=at)

    message.refresh_from_db()
    assert (message.state, message.address, message.text) == ("cancelled", "", "")


def test_what_was_sent_before_she_joined_goes_with_her(at: datetime) -> None:
    make.programme()
    phone = notifications.send_sign_in_code(cast.ANNA.phone, by=make.BY, at=at)
    anna = cast.anna().member

    actions.leave(anna, by=make.OPERATOR, at=at)

    assert not OneTimeCode.objects.filter(phone=phone).exists()
    assert [(sent.address, sent.text) for sent in Message.objects.all()] == [("", "")]


def test_leaving_twice_is_said_once(at: datetime) -> None:
    anna = cast.anna().member

    assert actions.leave(anna, by=make.OPERATOR, at=at)
    assert not actions.leave(anna, by=make.OPERATOR, at=at)

    entry = Entry.objects.get(event="loyalty.MemberLeft")
    assert (entry.person_id, entry.body) == (anna.public_id, {"member_id": anna.id})


def test_who_has_left_cannot_be_changed_or_signed_in(at: datetime) -> None:
    anna = cast.anna().member
    actions.leave(anna, by=make.OPERATOR, at=at)

    with pytest.raises(actions.HasLeft):
        actions.change_profile(anna, {"first_name": "Anna"}, by=make.BY, at=at)
    with pytest.raises(actions.HasLeft):
        actions.block(anna, reason="fraud", by=make.BY, at=at)
    asked = sign_in.ask_code(cast.ANNA.phone, at=at)
    assert asked.person_id.startswith("gst_"), "the phone is a stranger's now"
    with pytest.raises(sign_in.WrongCode):
        sign_in.sign_in(cast.ANNA.phone, str(asked.code), by=make.BY, at=at)
    assert subscriptions.unsubscribe(anna, channel="sms", by=make.BY, at=at) == []


def test_who_comes_back_is_somebody_new(at: datetime) -> None:
    first = cast.anna()
    actions.leave(first.member, by=make.OPERATOR, at=at)

    second = make.member(phone=cast.ANNA.phone, first_name="Anna")

    assert second.public_id != first.member.public_id
    assert Card.objects.filter(member_id=second.id).count() == 0
