"""The gate says of every message about to go whether it may, with one statement."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars.loyalty.members import actions as members
from regulars.loyalty.members import sign_in
from regulars.loyalty.members.models import Member
from regulars.loyalty.subscriptions import actions
from regulars.loyalty.subscriptions.gate import refusals
from regulars.messages.gate import Candidate
from tests import cast, make

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Member:
    return cast.anna().member


def candidate(member: Member | None = None, **changes: Any) -> Candidate:
    message: dict[str, Any] = {
        "message_id": make.number(),
        "system": "loyalty",
        "person_id": member.public_id if member else "mem_nobody",
        "channel": "sms",
        "message_class": "event",
        "subject": "accrual",
        "origin": "key:1",
        "address": cast.ANNA.phone,
        **changes,
    }
    return Candidate(**message)


def judge(message: Candidate, at: datetime) -> str:
    return refusals([message], at).get(message.message_id, "")


def test_of_what_goes_to_no_member_only_a_guests_own_code_that_is_still_good_may(at: datetime) -> None:
    make.programme()
    asked = sign_in.ask_code(cast.OLGA.phone, at=at)
    code = {"message_class": "code", "subject": "system", "person_id": asked.person_id, "address": cast.OLGA.phone}

    assert judge(candidate(**code), at) == ""
    for other in (
        {"person_id": "gst_somebody"},
        {"person_id": ""},
        {"address": cast.MAX.phone},
        {"message_class": "event"},
        {"message_class": "marketing"},
        {"subject": "mailings"},
        {"channel": "viber"},
        {"channel": "email"},
    ):
        assert judge(candidate(**{**code, **other}), at) == "unknown_person", other
    assert judge(candidate(**code), at + timedelta(minutes=6)) == "unknown_person"
    sign_in.forget_codes([cast.OLGA.phone], at=at)
    assert judge(candidate(**code), at) == "unknown_person"


def test_what_is_allowed_goes(anna: Member, at: datetime) -> None:
    assert judge(candidate(anna), at) == ""
    assert judge(candidate(anna, channel="email", address=cast.ANNA.email), at) == ""
    assert judge(candidate(anna, channel="push", address="device-1"), at) == ""


def test_an_unsubscribed_cell_stops_a_message(anna: Member, at: datetime) -> None:
    actions.unsubscribe(anna, mailing_type="accrual", channel="sms", by=make.BY, at=at)

    assert judge(candidate(anna), at) == "no_consent"
    assert judge(candidate(anna, subject="payment"), at) == ""


def test_codes_and_system_messages_need_no_cell(anna: Member, at: datetime) -> None:
    actions.disable_all(anna, by=make.BY, at=at)

    assert judge(candidate(anna, message_class="code", subject="system"), at) == ""
    assert judge(candidate(anna, subject="system"), at) == ""


def test_a_mailing_type_that_does_not_exist_has_no_consent(anna: Member, at: datetime) -> None:
    assert judge(candidate(anna, subject="gossip"), at) == "no_consent"


def test_an_own_type_asks_its_base_and_its_channels(anna: Member, at: datetime) -> None:
    actions.add_type("wine", name="Wine letter", base="mailings", channels=["sms"], by=make.BY, at=at)
    assert judge(candidate(anna, subject="wine"), at) == ""
    assert judge(candidate(anna, subject="wine", channel="email", address=cast.ANNA.email), at) == "no_consent"

    actions.unsubscribe(anna, mailing_type="wine", by=make.BY, at=at)
    assert judge(candidate(anna, subject="wine"), at) == "no_consent"
    assert judge(candidate(anna, subject="mailings"), at) == ""


def test_a_changed_phone_stops_what_was_queued_for_the_old_one(anna: Member, at: datetime) -> None:
    members.change_profile(anna, {"phone": "+447700900099"}, by=make.BY, at=at)

    assert judge(candidate(anna), at) == "address_changed"
    assert judge(candidate(anna, message_class="code", subject="system"), at) == "address_changed"
    assert judge(candidate(anna, address="+447700900099"), at) == ""


def test_the_phone_of_another_is_not_an_address_of_mine(anna: Member, at: datetime) -> None:
    assert judge(candidate(make.member()), at) == "address_changed"


def test_who_left_is_blocked_or_unknown_gets_nothing(anna: Member, at: datetime) -> None:
    members.block(anna, reason="fraud", by=make.BY, at=at)
    assert judge(candidate(anna), at) == "blocked"

    members.leave(anna, by=make.BY, at=at)
    assert judge(candidate(anna), at) == "gone"
    assert judge(candidate(), at) == "unknown_person"


def test_two_hundred_messages_are_judged_with_one_statement(
    anna: Member, at: datetime, django_assert_num_queries: object
) -> None:
    actions.unsubscribe(anna, mailing_type="offers", channel="sms", by=make.BY, at=at)
    messages = [candidate(anna, subject=subject) for subject in ("offers", "accrual") for _ in range(100)]

    with django_assert_num_queries(1):  # type: ignore[operator]
        refused = refusals(messages, at)

    assert refused == dict.fromkeys([message.message_id for message in messages[:100]], "no_consent")
    assert refusals([], at) == {}
