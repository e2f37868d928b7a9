"""Lets people join, changes what is known about them, blocks accounts, and lets people leave."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit import ids, sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, NotFound, Refusal
from regulars.loyalty.members import profiles, queries, reasons, sign_in
from regulars.loyalty.members.events import (
    ContactsRevealed,
    MemberBlocked,
    MemberLeft,
    MemberRegistered,
    MembersImported,
    MemberUnblocked,
    ProfileChanged,
    ProfileOpened,
)
from regulars.loyalty.members.imports import Imported, NewMember, RefusedRow
from regulars.loyalty.members.models import TEST_KINDS, Identifier, Member, MemberState, Session
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.members.queries import Contacts
from regulars.loyalty.programme import queries as programme
from regulars.messages import actions as messages

BATCH = 1000
SYSTEM = "loyalty"
_LINK = """
insert into loyalty_members_identifier (kind, value, member_id)
select kind, value, member_id from unnest(%s::text[], %s::text[], %s::bigint[]) as given (kind, value, member_id)
on conflict (kind, value) do nothing
returning kind
"""
_ADD_MEMBERS = """
insert into loyalty_members_member
       (public_id, state, first_name, last_name, birth_date, locale, time_zone, city, registered_at, registered_via)
select public_id, 'active', first_name, last_name, birth_date, locale, zone, city, %s, %s
  from unnest(%s::text[], %s::text[], %s::text[], %s::date[], %s::text[], %s::text[], %s::text[])
       as given (public_id, first_name, last_name, birth_date, locale, zone, city)
returning id, public_id
"""
_TAKEN = """
select i.kind, i.value from loyalty_members_identifier i
  join unnest(%s::text[], %s::text[]) as given (kind, value) on (i.kind, i.value) = (given.kind, given.value)
"""


class PhoneTaken(Conflict):
    """Another member has that phone."""

    code = "phone_taken"


class EmailTaken(Conflict):
    """Another member has that mailbox."""

    code = "email_taken"


class NumberTaken(Conflict):
    """Another member has that number of another system."""

    code = "external_number_taken"


class NobodyToRecognise(Refusal):
    """Nothing was given by which the person could be recognised."""

    code = "identifier_needed"


class HasLeft(NotFound):
    """The member has left the programme."""

    code = "member_has_left"


@dataclass(frozen=True, slots=True)
class _Taken:
    refusal: type[Refusal]
    field: str
    words: str

    def refuse(self) -> Refusal:
        return self.refusal(self.words, field=self.field)


_TAKEN_BY_KIND = {
    "phone": _Taken(PhoneTaken, "phone", "This phone number belongs to another member."),
    "email": _Taken(EmailTaken, "email", "This email address belongs to another member."),
    "external": _Taken(NumberTaken, "external_number", "This number belongs to another member."),
}


@transaction.atomic
def register(profile: Profile, *, via: str, store_id: int | None = None, by: Actor, at: datetime) -> Member:
    """Add a person to the programme, recognised by phone, mailbox or foreign number.

    Consent and card come with `registration.register`, which doors call. Not repeatable: the same phone again raises
    `PhoneTaken`; so do `EmailTaken` and `NumberTaken`. Raises `BadPhone`, `ProfileNotPossible`, `NobodyToRecognise`.
    """
    person = profiles.read(profile, region=programme.get().region, today=at.date())
    if not person.identifiers():
        raise NobodyToRecognise("Give a phone number, an email address or a number of another system.", field="phone")
    member = Member.objects.create(
        public_id=ids.new("mem"),
        first_name=person.first_name,
        last_name=person.last_name,
        birth_date=person.birth_date,
        locale=person.locale,
        time_zone=person.time_zone,
        city=person.city,
        store_id=store_id,
        registered_at=at,
        registered_via=via,
    )
    _link(member, person.identifiers())
    journal.record(MemberRegistered(member.id, via, store_id), person_id=member.public_id, by=by, at=at)
    return member


@transaction.atomic
def import_members(rows: Iterable[Profile], *, source: str, by: Actor, at: datetime) -> Imported:
    """Add many people with a few statements per thousand; every row needs its number in the other system.

    Repeatable: rows whose number is there already are left alone and counted, also when they say something else by now.
    Rows that cannot be taken are told by their place, the others go on. A phone that somebody takes in the same instant
    ends the import with an error; repeat it.
    """
    outcome, region = Imported(), programme.get().region
    for chunk in batched(enumerate(rows), BATCH, strict=False):
        people = _readable(chunk, outcome, region=region, at=at)
        _add_new(_without_taken(people, outcome), outcome, source=source, by=by, at=at)
    return outcome


@transaction.atomic
def change_profile(member: Member, changes: Mapping[str, Any], *, by: Actor, at: datetime) -> tuple[str, ...]:
    """Change fields of `Profile`; answers those that differ now. What stood there is kept in the erasable journal.

    Said once: changes that change nothing leave no trace. A new phone or mailbox has yet to be verified; messages
    queued for the old one are not sent. Raises as `register` does, and `HasLeft`.
    """
    locked = _locked(member)
    before = queries.get_profile(locked)
    after = profiles.read(profiles.changed(before, changes), region=programme.get().region, today=at.date())
    old, new = asdict(before), asdict(after)
    differing = tuple(field for field in profiles.FIELDS if old[field] != new[field])
    if not differing:
        return ()
    if not after.identifiers():
        raise NobodyToRecognise("A member keeps at least one phone number, email address or number.", field="phone")
    _relink(locked, before.identifiers(), after.identifiers(), at=at)
    for field in profiles.FIELDS:
        if hasattr(locked, field):
            setattr(locked, field, new[field])
    locked.save()
    event = ProfileChanged(locked.id, differing)
    entry_id = journal.record(event, person_id=locked.public_id, by=by, at=at)[0]
    kept = {field: (str(old[field] or ""), str(new[field] or "")) for field in differing}
    journal.keep_personal(entry_id, locked.public_id, kept, by=by)
    return differing


@transaction.atomic
def open_profile(member: Member, *, page: str = "profile", by: Actor, at: datetime) -> None:
    """Write down that an employee looks at a member's page: every opening, and from which address it was asked for.

    `page` is a code of what was looked at. Not said once: a reload is an opening of its own. The address is personal
    and goes where leaving erases it; of a member who has left only the opening itself is kept.
    """
    entry_id = journal.record(ProfileOpened(member.id, page), person_id=member.public_id, by=by, at=at)[0]
    _keep_address(entry_id, member, by=by)


@transaction.atomic
def show_contacts(member: Member, *, by: Actor, at: datetime) -> Contacts:
    """Answer a member's contacts in the clear, and write down who saw them, each time."""
    entry_id = journal.record(ContactsRevealed(member.id), person_id=member.public_id, by=by, at=at)[0]
    _keep_address(entry_id, member, by=by)
    return queries.get_contacts(member)


@transaction.atomic
def block(member: Member, *, reason: str, by: Actor, at: datetime) -> bool:
    """Block a member's account: no purchases, no messages, no sign-in. Said once: a repeat answers False.

    `reason` is a code such as `fraud`. Raises `HasLeft`, `ReasonIsNoCode`.
    """
    code = reasons.checked(reason)
    if _locked(member).state == MemberState.BLOCKED:
        return False
    Member.objects.filter(id=member.id).update(state=MemberState.BLOCKED)
    Session.objects.filter(member_id=member.id).delete()
    messages.cancel(SYSTEM, member.public_id, reason="blocked", at=at)
    journal.record(MemberBlocked(member.id, code), person_id=member.public_id, by=by, at=at)
    return True


@transaction.atomic
def unblock(member: Member, *, by: Actor, at: datetime) -> bool:
    """Open a blocked account again; said once. Raises `HasLeft`."""
    if _locked(member).state == MemberState.ACTIVE:
        return False
    Member.objects.filter(id=member.id).update(state=MemberState.ACTIVE)
    journal.record(MemberUnblocked(member.id), person_id=member.public_id, by=by, at=at)
    return True


@transaction.atomic
def leave(member: Member, *, by: Actor, at: datetime) -> bool:
    """Let a member leave for good: everything personal is erased here and now, queued messages are cancelled.

    The row stays as a tombstone with its random id, so that postings keep their place. Points, cards, consent and the
    sister system follow through reactions to `MemberLeft`. Said once: a repeat answers False. Cannot be undone; who
    comes back is a new member, and the phone is free again.
    """
    locked = Member.objects.select_for_update().get(id=member.id)
    if locked.state == MemberState.GONE:
        return False
    _erase(locked, at=at)
    messages.erase_person(locked.public_id, at=at)
    journal.erase_person(locked.public_id)
    journal.record(MemberLeft(locked.id), person_id=locked.public_id, by=by, at=at)
    return True


def _keep_address(entry_id: int, member: Member, *, by: Actor) -> None:
    """Keep the address that an opening came from, unless the member has left: then nobody would erase it."""
    held = queries.find_held(member.public_id) if by.ip else None
    if held is not None and held.state != MemberState.GONE:
        journal.keep_personal(entry_id, member.public_id, {"opened": ("", "")}, by=by)


def _erase(member: Member, *, at: datetime) -> None:
    phones = Identifier.objects.filter(member_id=member.id, kind="phone").values_list("value", flat=True)
    sign_in.forget_codes(phones, at=at)
    Identifier.objects.filter(member_id=member.id).delete()
    Session.objects.filter(member_id=member.id).delete()
    Member.objects.filter(id=member.id).update(
        state=MemberState.GONE,
        first_name="",
        last_name="",
        birth_date=None,
        locale="en",
        time_zone="",
        city="",
        gone_at=at,
    )


def _locked(member: Member) -> Member:
    locked = Member.objects.select_for_update().get(id=member.id)
    if locked.state == MemberState.GONE:
        raise HasLeft("This member has left the programme.")
    return locked


def _link(member: Member, identifiers: Mapping[str, str]) -> None:
    """Tie identifiers to the member; the unique key decides between two who come at once."""
    apart = TEST_KINDS if member.is_for_tests else ""
    columns = [[apart + kind for kind in identifiers], list(identifiers.values()), [member.id] * len(identifiers)]
    linked = {row["kind"].removeprefix(apart) for row in sql.fetch(dict, _LINK, columns)}
    for kind in identifiers:
        if kind not in linked:
            raise _TAKEN_BY_KIND[kind].refuse()


def _relink(member: Member, before: Mapping[str, str], after: Mapping[str, str], *, at: datetime) -> None:
    for kind, value in before.items():
        if after.get(kind) != value:
            kinds = [kind, TEST_KINDS + kind]
            Identifier.objects.filter(kind__in=kinds, value=value, member_id=member.id).delete()
            if kind == "phone":
                sign_in.forget_codes([value], at=at)
    _link(member, {kind: value for kind, value in after.items() if before.get(kind) != value})


type _Rows = list[tuple[int, Profile]]


def _readable(chunk: Sequence[tuple[int, Profile]], outcome: Imported, *, region: str, at: datetime) -> _Rows:
    people: _Rows = []
    for place, row in chunk:
        try:
            person = profiles.read(row, region=region, today=at.date())
            if not person.external_number:
                raise NobodyToRecognise(
                    "An imported row needs its number in the other system.", field="external_number"
                )
        except Refusal as refusal:
            outcome.refused.append(RefusedRow(place, refusal.code, refusal.field, refusal.message))
        else:
            people.append((place, person))
    return people


def _without_taken(people: _Rows, outcome: Imported) -> _Rows:
    """Leave out who is there already, count them, and refuse who claims what belongs to another."""
    wanted = [pair for _, person in people for pair in person.identifiers().items()]
    rows = sql.fetch(dict, _TAKEN, [[kind for kind, _ in wanted], [value for _, value in wanted]])
    taken = {(row["kind"], row["value"]) for row in rows}
    free: _Rows = []
    for place, person in people:
        pairs = person.identifiers().items()
        clash = next((kind for kind, value in pairs if (kind, value) in taken), None)
        if ("external", person.external_number) in taken:
            outcome.already += 1
        elif clash is not None:
            refusal = _TAKEN_BY_KIND[clash].refuse()
            outcome.refused.append(RefusedRow(place, refusal.code, refusal.field, refusal.message))
        else:
            taken.update(pairs)
            free.append((place, person))
    return free


def _add_new(people: _Rows, outcome: Imported, *, source: str, by: Actor, at: datetime) -> None:
    if not people:
        return
    persons = [person for _, person in people]
    public_ids = [ids.new("mem") for _ in persons]
    columns = [public_ids, *([getattr(person, field) for person in persons] for field in _COLUMNS)]
    rows = sql.fetch(dict, _ADD_MEMBERS, [at, source, *columns])
    by_public_id = {row["public_id"]: int(row["id"]) for row in rows}
    new = [
        NewMember(by_public_id[public_id], public_id, person.external_number)
        for public_id, person in zip(public_ids, persons, strict=True)
    ]
    links = [
        (kind, value, made.member_id)
        for made, person in zip(new, persons, strict=True)
        for kind, value in person.identifiers().items()
    ]
    if sql.run(_LINK, [list(column) for column in zip(*links, strict=True)]) < len(links):
        raise PhoneTaken("Somebody else registered with a phone of this import just now. Start the import again.")
    outcome.added.extend(new)
    journal.record(MembersImported(source, tuple(public_ids)), by=by, at=at)


_COLUMNS = ("first_name", "last_name", "birth_date", "locale", "time_zone", "city")
