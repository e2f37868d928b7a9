"""A member is signed in on devices, sees them, and signs out of one or all."""

from datetime import datetime, timedelta

import pytest

from regulars.journal.models import Entry, Personal
from regulars.loyalty.members import actions as members
from regulars.loyalty.members import queries, sign_in
from regulars.loyalty.members.models import Member, Session
from tests import make

pytestmark = pytest.mark.django_db
PHONE = "+447700900001"
BY = make.Actor("member", "", "account", ip="203.0.113.9")


def enter(at: datetime, device: str = "Firefox") -> sign_in.SignedIn:
    code = sign_in.ask_code(PHONE, at=at).code or ""
    return sign_in.sign_in(PHONE, code, device=device, by=BY, at=at)


@pytest.fixture
def anna() -> Member:
    return make.member(phone=PHONE)


def test_the_token_finds_its_member_until_it_expires(anna: Member, at: datetime) -> None:
    session = enter(at)

    assert sign_in.find_signed_in(session.token, at=at) == anna
    assert sign_in.find_signed_in(session.token + "x", at=at) is None
    assert sign_in.find_signed_in(session.token, at=at + timedelta(days=90)) is None


def test_only_a_hash_of_the_token_is_kept(anna: Member, at: datetime) -> None:
    session = enter(at)

    kept = Session.objects.get()
    assert session.token.encode() not in bytes(kept.token_hash)
    assert sign_in.is_session(kept, session.token)


def test_signing_in_proves_the_phone_once(anna: Member, at: datetime) -> None:
    assert not queries.get_contacts(anna).phone_is_verified

    enter(at)
    enter(at)

    assert queries.get_contacts(anna).phone_is_verified
    assert Entry.objects.filter(event="loyalty.PhoneVerified").count() == 1


def test_the_address_of_the_device_is_kept_where_leaving_erases_it(anna: Member, at: datetime) -> None:
    enter(at)

    assert Personal.objects.get(person_id=anna.public_id).ip == "203.0.113.9"
    assert Entry.objects.get(event="loyalty.MemberSignedIn").by_id == anna.public_id


def test_signing_out_twice_is_said_once(anna: Member, at: datetime) -> None:
    session = enter(at)

    assert sign_in.sign_out(session.token, by=BY, at=at)
    assert not sign_in.sign_out(session.token, by=BY, at=at)

    assert sign_in.find_signed_in(session.token, at=at) is None


def test_a_member_sees_and_closes_their_devices(anna: Member, at: datetime) -> None:
    old = enter(at, "Old phone")
    new = enter(at + timedelta(hours=1), "New phone")
    devices = sign_in.list_devices(anna, at=at)
    assert [session.device for session in devices] == ["New phone", "Old phone"]

    sign_in.sign_out_device(anna, devices[1].id, by=BY, at=at)

    assert sign_in.find_signed_in(old.token, at=at) is None
    assert sign_in.find_signed_in(new.token, at=at) == anna


def test_nobody_closes_the_sessions_of_another(anna: Member, at: datetime) -> None:
    session = enter(at)
    stranger = make.member()

    assert not sign_in.sign_out_device(stranger, Session.objects.get().id, by=BY, at=at)

    assert sign_in.find_signed_in(session.token, at=at) == anna


def test_signing_out_everywhere_closes_all(anna: Member, at: datetime) -> None:
    tokens = [enter(at).token for _ in range(3)]

    sign_in.sign_out_everywhere(anna, by=BY, at=at)

    assert [sign_in.find_signed_in(token, at=at) for token in tokens] == [None] * 3


def test_blocking_ends_all_sessions(anna: Member, at: datetime) -> None:
    session = enter(at)

    members.block(anna, reason="fraud", by=make.BY, at=at)

    assert sign_in.find_signed_in(session.token, at=at) is None
