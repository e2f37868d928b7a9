"""A wish for a code sends it to who has the phone, member or not, and looks the same."""

import re
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.loyalty.members import actions as members
from regulars.loyalty.members import sign_in
from regulars.loyalty.notifications import actions
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions.gate import refusals
from regulars.messages.gate import Candidate
from regulars.messages.models import Message
from tests import cast, make

pytestmark = pytest.mark.django_db
BY = make.Actor("member", "", "account", ip="203.0.113.9")


def test_the_code_that_arrives_signs_in(at: datetime) -> None:
    anna = cast.anna().member

    phone = actions.send_sign_in_code("07700 900001", by=BY, at=at)

    message = Message.objects.get()
    assert (message.message_class, message.subject, message.channel) == ("code", "system", "sms")
    assert (message.address, message.person_id) == (phone, anna.public_id)
    found = re.search(r"\d{6}", message.text)
    assert found is not None
    assert sign_in.sign_in(phone, found[0], by=BY, at=at).member == anna


def test_to_a_phone_that_nobody_has_a_code_goes_the_same_way(at: datetime) -> None:
    make.programme()

    phone = actions.send_sign_in_code("07700 900099", locale="ru", by=BY, at=at)

    sent = Message.objects.get()
    assert (sent.address, sent.message_class, sent.lane, sent.subject) == (phone, "code", 0, "system")
    assert sent.person_id.startswith("gst_")
    assert "ваш код" in sent.text


def test_to_a_blocked_member_nothing_is_sent(at: datetime) -> None:
    members.block(cast.anna().member, reason="fraud", by=BY, at=at)

    actions.send_sign_in_code(cast.ANNA.phone, by=BY, at=at)

    assert not Message.objects.exists()


def test_known_and_unknown_phones_cost_the_same_statements(at: datetime) -> None:
    cast.anna()
    actions.send_sign_in_code("+447700900098", by=BY, at=at)

    with CaptureQueriesContext(connection) as known:
        actions.send_sign_in_code(cast.ANNA.phone, by=BY, at=at)
    with CaptureQueriesContext(connection) as unknown:
        actions.send_sign_in_code("+447700900099", by=BY, at=at)

    words = [[each["sql"].split(" ", 1)[0] for each in cost] for cost in (known, unknown)]
    assert words[0] == words[1]


def test_at_most_five_codes_are_sent_in_five_minutes(at: datetime) -> None:
    cast.anna()

    for _ in range(8):
        actions.send_sign_in_code(cast.ANNA.phone, by=BY, at=at)

    assert Message.objects.count() == 5


def test_a_code_passes_the_gate_of_who_refused_everything(at: datetime) -> None:
    anna = cast.anna().member
    subscriptions.disable_all(anna, by=BY, at=at)

    actions.send_sign_in_code(cast.ANNA.phone, by=BY, at=at)

    sent = Message.objects.get()
    candidate = Candidate(
        sent.id, "loyalty", sent.person_id, sent.channel, sent.message_class, sent.subject, sent.origin, sent.address
    )
    assert refusals([candidate], at) == {}


def test_a_code_is_sent_in_the_members_language(at: datetime) -> None:
    cast.olga()

    actions.send_sign_in_code(cast.OLGA.phone, by=BY, at=at)

    assert "ваш код" in Message.objects.get().text
