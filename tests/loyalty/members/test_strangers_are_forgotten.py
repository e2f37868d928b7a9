"""Of a stranger who asked for a code nothing is left two hours later: neither phone nor text nor a dead address."""

from datetime import datetime, timedelta

import pytest

from regulars.kit import sql
from regulars.loyalty.members import actions as members
from regulars.loyalty.members import sign_in
from regulars.loyalty.members.models import OneTimeCode
from regulars.loyalty.notifications import actions as notifications
from regulars.messages.models import Message, Suppression
from tests import cast, make

pytestmark = pytest.mark.django_db
PHONE = "+447700900777"
LATER = timedelta(hours=2)


def ask(at: datetime, phone: str = PHONE) -> Message:
    make.programme()
    notifications.send_sign_in_code(phone, by=make.BY, at=at)
    return Message.objects.latest("id")


def traces(phone: str = PHONE) -> list[str]:
    """Every table that holds the phone or a text with a code."""
    tables = sql.fetch(dict, "select tablename as name from pg_tables where schemaname = 'public'")
    wanted = rf"{phone[1:]}|is your code"
    return [
        table["name"]
        for table in tables
        if sql.fetch(dict, f"select 1 as one from {table['name']} t where row_to_json(t)::text ~ %s limit 1", [wanted])
    ]


def test_row_text_and_address_are_gone(at: datetime) -> None:
    sent = ask(at)
    Suppression.objects.create(channel="sms", address=PHONE, person_id=sent.person_id, reason="0001", since_at=at)
    assert {"loyalty_members_onetimecode", "messages_message", "messages_suppression"} <= set(traces())

    assert sign_in.forget_old(at=at + LATER) >= 1

    assert traces() == []
    sent.refresh_from_db()
    assert (sent.state, sent.person_id[:4]) == ("cancelled", "gst_")


def test_while_the_code_is_good_nothing_is_forgotten(at: datetime) -> None:
    sent = ask(at)

    sign_in.forget_old(at=at + timedelta(minutes=5))

    sent.refresh_from_db()
    assert (sent.address, OneTimeCode.objects.count()) == (PHONE, 1)


def test_one_guest_is_the_same_however_often_they_ask(at: datetime) -> None:
    guests = {ask(at + timedelta(minutes=n)).person_id for n in range(4)}

    assert len(guests) == 1
    sign_in.forget_old(at=at + LATER)
    assert traces() == []
    assert ask(at + LATER).person_id not in guests


def test_what_went_to_the_guest_goes_also_when_the_guest_has_become_a_member(at: datetime) -> None:
    sent = ask(at)
    anna = make.member(phone=PHONE)
    to_member = ask(at + timedelta(minutes=1))

    sign_in.forget_old(at=at + LATER)

    sent.refresh_from_db()
    to_member.refresh_from_db()
    assert (sent.address, sent.text) == ("", "")
    assert (to_member.person_id, to_member.address) == (anna.public_id, PHONE), "this is the member's own history"


def test_a_member_who_gives_the_phone_away_takes_the_guests_texts_along(at: datetime) -> None:
    sent = ask(at)
    anna = make.member(phone=PHONE)

    members.change_profile(anna, {"phone": cast.MAX.phone}, by=make.OPERATOR, at=at)

    sent.refresh_from_db()
    assert (sent.address, OneTimeCode.objects.filter(phone=PHONE).count()) == ("", 0)
