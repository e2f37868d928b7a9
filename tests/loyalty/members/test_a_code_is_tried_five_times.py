"""One-time codes: six digits, five tries, five minutes, one purpose, and no hint at who is a member."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.kit.phone import BadPhone
from regulars.loyalty.members import actions as members
from regulars.loyalty.members import sign_in
from regulars.loyalty.members.models import OneTimeCode
from tests import make

PHONE = "+447700900001"
BY = make.Actor("member", "", "account", ip="203.0.113.9")


def asked(at: datetime, phone: str = PHONE) -> str:
    code = sign_in.ask_code(phone, at=at).code
    assert code is not None
    return code


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


@pytest.mark.django_db
def test_the_code_that_was_sent_opens_a_session(at: datetime) -> None:
    member = make.member(phone=PHONE)

    signed_in = sign_in.sign_in("07700 900001", asked(at), device="Firefox", by=BY, at=at)

    assert signed_in.member == member
    assert len(signed_in.token) >= 43
    assert signed_in.expires_at == at + timedelta(days=90)


@pytest.mark.django_db
def test_a_code_works_once(at: datetime) -> None:
    make.member(phone=PHONE)
    code = asked(at)
    sign_in.sign_in(PHONE, code, by=BY, at=at)

    with pytest.raises(sign_in.WrongCode):
        sign_in.sign_in(PHONE, code, by=BY, at=at)


@pytest.mark.django_db
def test_a_code_dies_after_five_minutes(at: datetime) -> None:
    make.member(phone=PHONE)
    code = asked(at)

    with pytest.raises(sign_in.WrongCode):
        sign_in.sign_in(PHONE, code, by=BY, at=at + timedelta(minutes=5))


@pytest.mark.django_db
def test_a_code_for_one_purpose_does_not_serve_another(at: datetime) -> None:
    make.member(phone=PHONE)
    code = asked(at)

    assert not sign_in.is_right(PHONE, code, purpose="leave", at=at)


@pytest.mark.django_db
def test_five_wrong_guesses_spoil_the_right_one(at: datetime) -> None:
    make.member(phone=PHONE)
    code = asked(at)
    for _ in range(5):
        assert not sign_in.is_right(PHONE, other(code), purpose=sign_in.SIGN_IN, at=at)

    with pytest.raises(sign_in.WrongCode):
        sign_in.sign_in(PHONE, code, by=BY, at=at)


@pytest.mark.django_db
def test_a_new_code_brings_no_new_tries_within_the_five_minutes(at: datetime) -> None:
    make.member(phone=PHONE)
    code = asked(at)
    for _ in range(5):
        sign_in.is_right(PHONE, other(code), purpose=sign_in.SIGN_IN, at=at)

    later = at + timedelta(minutes=4)
    assert not sign_in.is_right(PHONE, asked(later), purpose=sign_in.SIGN_IN, at=later)

    much_later = at + timedelta(minutes=6)
    assert sign_in.is_right(PHONE, asked(much_later), purpose=sign_in.SIGN_IN, at=much_later)


@pytest.mark.django_db
def test_a_new_code_replaces_the_one_before(at: datetime) -> None:
    make.member(phone=PHONE)
    first, second = asked(at), asked(at)

    if first != second:
        assert not sign_in.is_right(PHONE, first, purpose=sign_in.SIGN_IN, at=at)
    assert sign_in.is_right(PHONE, second, purpose=sign_in.SIGN_IN, at=at)


@pytest.mark.django_db
def test_the_sixth_code_in_five_minutes_is_not_made(at: datetime) -> None:
    make.member(phone=PHONE)

    codes = [sign_in.ask_code(PHONE, at=at).code for _ in range(7)]

    assert [code is not None for code in codes] == [True] * 5 + [False] * 2
    assert sign_in.is_right(PHONE, str(codes[4]), purpose=sign_in.SIGN_IN, at=at)


@pytest.mark.django_db
def test_a_phone_that_nobody_has_gets_a_code_as_well_and_its_owner_is_a_newcomer(at: datetime) -> None:
    make.programme()

    unknown = sign_in.ask_code(PHONE, at=at)

    assert (unknown.phone, unknown.expires_at) == (PHONE, at + timedelta(minutes=5))
    assert unknown.person_id.startswith("gst_")
    assert sign_in.enter(PHONE, str(unknown.code), by=BY, at=at) == sign_in.Newcomer(PHONE, at)


@pytest.mark.django_db
def test_who_is_no_member_is_not_signed_in(at: datetime) -> None:
    make.programme()

    with pytest.raises(sign_in.WrongCode):
        sign_in.sign_in(PHONE, asked(at), by=BY, at=at)


@pytest.mark.django_db
def test_the_codes_of_strangers_are_counted_as_those_of_members(at: datetime) -> None:
    make.programme()
    code = asked(at)
    for _ in range(5):
        assert not sign_in.is_right(PHONE, other(code), purpose=sign_in.SIGN_IN, at=at)

    later = at + timedelta(minutes=4)
    with pytest.raises(sign_in.WrongCode):
        sign_in.enter(PHONE, asked(later), by=BY, at=later)

    much_later = at + timedelta(minutes=6)
    assert isinstance(sign_in.enter(PHONE, asked(much_later), by=BY, at=much_later), sign_in.Newcomer)


@pytest.mark.django_db
def test_known_and_unknown_phones_cost_the_same_statements(at: datetime) -> None:
    make.member(phone=PHONE)

    with CaptureQueriesContext(connection) as known:
        sign_in.ask_code(PHONE, at=at)
    with CaptureQueriesContext(connection) as unknown:
        sign_in.ask_code("+447700900099", at=at)

    assert len(known) == len(unknown)


@pytest.mark.django_db
def test_a_blocked_member_gets_no_code(at: datetime) -> None:
    member = make.member(phone=PHONE)
    members.block(member, reason="fraud", by=make.BY, at=at)

    assert sign_in.ask_code(PHONE, at=at).code is None


@pytest.mark.django_db
def test_the_code_is_nowhere_in_clear(at: datetime) -> None:
    make.member(phone=PHONE)
    code = asked(at)

    kept = bytes(OneTimeCode.objects.get().code_mac)
    assert len(kept) == 32
    assert code.encode() not in kept


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "\ud800", "nul\x00", "٠٠٠٠٠٠", "0" * 10_000])
def test_whatever_is_typed_counts_as_a_try(at: datetime, text: str) -> None:
    make.member(phone=PHONE)
    asked(at)

    assert not sign_in.is_right(PHONE, text, purpose=sign_in.SIGN_IN, at=at)

    assert OneTimeCode.objects.get().tries == 1


@pytest.mark.django_db
def test_codes_of_strangers_are_forgotten_after_an_hour(at: datetime) -> None:
    make.programme()
    sign_in.ask_code(PHONE, at=at)

    assert sign_in.forget_old(at=at + timedelta(hours=1)) == 0
    assert sign_in.forget_old(at=at + timedelta(hours=1, minutes=6)) == 1


@pytest.mark.django_db
def test_what_is_no_phone_is_refused_by_name(at: datetime) -> None:
    make.programme()

    with pytest.raises(BadPhone) as refused:
        sign_in.ask_code("hello", at=at)
    assert refused.value.field == "phone"


@pytest.mark.django_db(transaction=True)
def test_of_thirty_guesses_at_once_five_are_judged(at: datetime) -> None:
    make.member(phone=PHONE)
    code = asked(at)

    def guess(_: int) -> bool:
        try:
            return sign_in.is_right(PHONE, other(code), purpose=sign_in.SIGN_IN, at=at)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as crowd:
        assert not any(crowd.map(guess, range(30)))

    assert OneTimeCode.objects.get(phone=PHONE).tries == 5
    assert not sign_in.is_right(PHONE, code, purpose=sign_in.SIGN_IN, at=at)


@pytest.mark.django_db(transaction=True)
def test_of_many_right_guesses_at_once_one_opens_a_session(at: datetime) -> None:
    make.member(phone=PHONE)
    code = asked(at)

    def guess(_: int) -> bool:
        try:
            return sign_in.is_right(PHONE, code, purpose=sign_in.SIGN_IN, at=at)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as crowd:
        assert sum(crowd.map(guess, range(10))) == 1


@pytest.mark.django_db(transaction=True)
def test_a_wrong_try_counts_although_signing_in_fails(at: datetime) -> None:
    make.member(phone=PHONE)
    code = asked(at)

    with pytest.raises(sign_in.WrongCode):
        sign_in.sign_in(PHONE, other(code), by=BY, at=at)

    assert OneTimeCode.objects.get(phone=PHONE).tries == 1
