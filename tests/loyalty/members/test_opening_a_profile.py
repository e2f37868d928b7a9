"""Every look at a member's page and at the contacts is in the journal, with the address it came from."""

from dataclasses import replace
from datetime import datetime

import pytest

from regulars.journal.models import Entry, Personal
from regulars.loyalty.members import actions, queries
from tests import cast, make

pytestmark = pytest.mark.django_db


def test_every_opening_is_an_entry_of_its_own(at: datetime) -> None:
    anna = cast.anna().member

    actions.open_profile(anna, by=make.OPERATOR, at=at)
    actions.open_profile(anna, page="subscriptions", by=make.OPERATOR, at=at)

    opened = Entry.objects.filter(event="loyalty.ProfileOpened").order_by("id")
    assert [entry.body for entry in opened] == [
        {"member_id": anna.pk, "page": "profile"},
        {"member_id": anna.pk, "page": "subscriptions"},
    ]
    assert {(entry.person_id, entry.by_kind, entry.by_id) for entry in opened} == {
        (anna.public_id, "employee", make.OPERATOR.id)
    }
    assert set(Personal.objects.filter(person_id=anna.public_id).values_list("entry_id", "ip")) == {
        (entry.pk, make.OPERATOR.ip) for entry in opened
    }


def test_contacts_are_answered_in_the_clear_and_that_is_told(at: datetime) -> None:
    anna = cast.anna().member

    contacts = actions.show_contacts(anna, by=make.OPERATOR, at=at)

    assert (contacts.phone, contacts.email) == (cast.ANNA.phone, cast.ANNA.email)
    shown = Entry.objects.get(event="loyalty.ContactsRevealed")
    assert (shown.person_id, shown.body) == (anna.public_id, {"member_id": anna.pk})
    assert cast.ANNA.phone not in str(shown.body)


def test_leaving_erases_the_addresses_and_keeps_the_openings(at: datetime) -> None:
    anna = cast.anna().member
    actions.open_profile(anna, by=make.OPERATOR, at=at)

    actions.leave(anna, by=make.OPERATOR, at=at)
    actions.open_profile(queries.get(anna.pk), by=make.OPERATOR, at=at)

    assert Entry.objects.filter(event="loyalty.ProfileOpened").count() == 2
    assert not Personal.objects.filter(person_id=anna.public_id).exists()


def test_who_comes_without_an_address_leaves_none(at: datetime) -> None:
    anna = cast.anna().member

    actions.open_profile(anna, by=replace(make.OPERATOR, ip=None), at=at)

    assert not Personal.objects.filter(person_id=anna.public_id).exists()
