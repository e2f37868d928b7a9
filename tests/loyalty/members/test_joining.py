"""People join one by one or by the thousand, and nobody joins twice."""

from datetime import date, datetime
from typing import Any

import pytest

from regulars.journal.models import Entry
from regulars.kit import ids
from regulars.kit.phone import BadPhone
from regulars.loyalty.members import actions, queries
from regulars.loyalty.members.models import Identifier, Member
from regulars.loyalty.members.profiles import Profile, ProfileNotPossible
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _programme(db: None) -> None:
    make.programme()


def register(at: datetime, **fields: Any) -> Member:
    return actions.register(make.profile(**fields), via="till", by=make.BY, at=at)


def test_a_phone_typed_in_national_form_is_kept_in_one_form(at: datetime) -> None:
    member = register(at, phone="07700 900 123", first_name="  Anna  Maria ")

    assert queries.find_by_phone("+447700900123") == member
    assert member.first_name == "Anna Maria"
    assert ids.is_id(member.public_id, "mem")


def test_a_taken_phone_is_refused_by_name(at: datetime) -> None:
    register(at, phone="+447700900123")

    with pytest.raises(actions.PhoneTaken) as refused:
        register(at, phone="07700900123")

    assert (refused.value.code, refused.value.field) == ("phone_taken", "phone")


def test_a_mailbox_is_the_same_in_small_and_capital_letters(at: datetime) -> None:
    register(at, email="Anna@Example.org")

    with pytest.raises(actions.EmailTaken):
        register(at, email="anna@example.ORG")


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("email", {"email": "anna at example"}),
        ("birth_date", {"birth_date": date(2030, 1, 1)}),
        ("birth_date", {"birth_date": date(1830, 1, 1)}),
        ("first_name", {"first_name": "A" * 101}),
        ("last_name", {"last_name": "nul\x00"}),
        ("locale", {"locale": "fr"}),
        ("time_zone", {"time_zone": "Europe/Atlantis"}),
    ],
)
def test_a_field_that_cannot_be_is_named(at: datetime, field: str, fields: dict[str, Any]) -> None:
    with pytest.raises((ProfileNotPossible, actions.Refusal)) as refused:
        register(at, **fields)

    assert refused.value.field == field


def test_what_is_no_phone_is_refused(at: datetime) -> None:
    with pytest.raises(BadPhone):
        register(at, phone="12")


def test_somebody_must_be_recognisable(at: datetime) -> None:
    with pytest.raises(actions.NobodyToRecognise):
        register(at, phone="")


def test_joining_is_written_down_without_names(at: datetime) -> None:
    member = register(at, first_name="Anna")

    entry = Entry.objects.get(event="loyalty.MemberRegistered")
    assert entry.person_id == member.public_id
    assert entry.body == {"member_id": member.id, "via": "till", "store_id": None}


def test_an_import_brings_thousands_and_counts_what_it_left(at: datetime) -> None:
    rows = [Profile(f"+4477001{n:05}", f"m{n}@example.org", "M", external_number=f"crm-{n}") for n in range(2500)]

    first = actions.import_members(rows, source="crm", by=make.BY, at=at)
    again = actions.import_members(rows, source="crm", by=make.BY, at=at)

    assert (len(first.added), first.already, first.refused) == (2500, 0, [])
    assert (len(again.added), again.already, again.refused) == (0, 2500, [])
    assert [made.external_number for made in first.added[:2]] == ["crm-0", "crm-1"]
    assert Identifier.objects.count() == 7500
    bodies = Entry.objects.filter(event="loyalty.MembersImported").order_by("id").values_list("body", flat=True)
    assert [len(body["person_ids"]) for body in bodies] == [1000, 1000, 500]


def test_a_city_comes_with_joining_and_with_an_import(at: datetime) -> None:
    joined = register(at, city="Bath")
    actions.import_members([Profile(external_number="crm-1", city=" York ")], source="crm", by=make.BY, at=at)

    assert joined.city == "Bath"
    assert Member.objects.get(registered_via="crm").city == "York"


def test_an_import_leaves_alone_who_is_there_already(at: datetime) -> None:
    actions.import_members([Profile(first_name="Anna", external_number="crm-1")], source="crm", by=make.BY, at=at)

    actions.import_members([Profile(first_name="Hanna", external_number="crm-1")], source="crm", by=make.BY, at=at)

    assert Member.objects.get().first_name == "Anna"


def test_rows_that_cannot_be_taken_are_told_by_their_place(at: datetime) -> None:
    register(at, phone="+447700900123")
    rows = [
        Profile("+447700900001", external_number="crm-1"),
        Profile("+447700900123", external_number="crm-2"),
        Profile("+447700900001", external_number="crm-3"),
        Profile("nonsense", external_number="crm-4"),
        Profile("+447700900005"),
        Profile("+447700900001", external_number="crm-1"),
    ]

    outcome = actions.import_members(rows, source="crm", by=make.BY, at=at)

    told = [(row.place, row.code, row.field) for row in outcome.refused]
    assert sorted(told) == [
        (1, "phone_taken", "phone"),
        (2, "phone_taken", "phone"),
        (3, "phone_not_recognised", "phone"),
        (4, "identifier_needed", "external_number"),
    ]
    assert (len(outcome.added), outcome.already) == (1, 1)
