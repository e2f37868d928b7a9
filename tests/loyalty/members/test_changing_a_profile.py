"""A profile changes with before and after kept apart, and only by what differs."""

from datetime import datetime

import pytest

from regulars.journal.models import Entry, Personal
from regulars.loyalty.members import actions, queries
from regulars.loyalty.members.models import Member
from regulars.loyalty.members.profiles import ProfileNotPossible
from regulars.loyalty.members.reasons import ReasonIsNoCode
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Member:
    return make.member(phone="+447700900001", first_name="Anna", last_name="Morgan", email="anna@example.org")


def test_before_and_after_are_kept_apart_from_the_journal(anna: Member, at: datetime) -> None:
    changed = actions.change_profile(anna, {"last_name": "Weber", "first_name": "Anna"}, by=make.OPERATOR, at=at)

    assert changed == ("last_name",)
    assert Entry.objects.get(event="loyalty.ProfileChanged").body == {"member_id": anna.id, "fields": ["last_name"]}
    kept = Personal.objects.get()
    assert (kept.field, kept.before, kept.after, kept.ip) == ("last_name", "Morgan", "Weber", "203.0.113.7")


def test_changing_nothing_leaves_no_trace(anna: Member, at: datetime) -> None:
    assert actions.change_profile(anna, {"phone": "07700 900001"}, by=make.BY, at=at) == ()

    assert not Entry.objects.filter(event="loyalty.ProfileChanged").exists()


def test_a_city_is_tidied_and_its_former_value_kept_apart(anna: Member, at: datetime) -> None:
    actions.change_profile(anna, {"city": "  Bury   St Edmunds "}, by=make.OPERATOR, at=at)
    actions.change_profile(anna, {"city": "Bath"}, by=make.OPERATOR, at=at)

    kept = Personal.objects.filter(field="city").order_by("entry_id").values_list("before", "after")
    assert queries.get_profile(queries.get(anna.id)).city == "Bath"
    assert list(kept) == [("", "Bury St Edmunds"), ("Bury St Edmunds", "Bath")]


def test_a_city_longer_than_any_is_refused(anna: Member, at: datetime) -> None:
    with pytest.raises(ProfileNotPossible) as refused:
        actions.change_profile(anna, {"city": "x" * 101}, by=make.OPERATOR, at=at)

    assert refused.value.field == "city"


def test_a_new_phone_is_not_verified_and_the_old_one_is_free(anna: Member, at: datetime) -> None:
    actions.change_profile(anna, {"phone": "+447700900002"}, by=make.BY, at=at)

    contacts = queries.get_contacts(anna)
    assert (contacts.phone, contacts.phone_is_verified) == ("+447700900002", False)
    assert make.member(phone="+447700900001").id != anna.id


def test_the_phone_of_another_is_refused_and_nothing_is_changed(anna: Member, at: datetime) -> None:
    make.member(phone="+447700900002")

    with pytest.raises(actions.PhoneTaken):
        actions.change_profile(anna, {"phone": "+447700900002", "last_name": "Weber"}, by=make.BY, at=at)

    assert queries.get_profile(queries.get(anna.id)).phone == "+447700900001"


def test_a_field_that_profiles_do_not_have_is_named(anna: Member, at: datetime) -> None:
    with pytest.raises(ProfileNotPossible) as refused:
        actions.change_profile(anna, {"state": "gone"}, by=make.BY, at=at)

    assert refused.value.field == "state"


def test_the_last_way_to_recognise_somebody_stays(anna: Member, at: datetime) -> None:
    with pytest.raises(actions.NobodyToRecognise):
        actions.change_profile(anna, {"phone": "", "email": ""}, by=make.BY, at=at)


def test_blocking_twice_is_said_once(anna: Member, at: datetime) -> None:
    assert actions.block(anna, reason="fraud", by=make.BY, at=at)
    assert not actions.block(anna, reason="fraud", by=make.BY, at=at)
    assert actions.unblock(anna, by=make.BY, at=at)
    assert not actions.unblock(anna, by=make.BY, at=at)

    assert Entry.objects.filter(event="loyalty.MemberBlocked").count() == 1


def test_a_reason_in_own_words_does_not_get_into_the_journal(anna: Member, at: datetime) -> None:
    with pytest.raises(ReasonIsNoCode) as refused:
        actions.block(anna, reason="Anna Morgan stole wine", by=make.BY, at=at)

    assert refused.value.field == "reason"
