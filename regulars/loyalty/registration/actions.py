"""Brings people into the programme whole: the member, their consent and their card, in one transaction.

By whomever they are registered, or by themselves with a phone that they proved to have.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.loyalty.cards import actions as cards
from regulars.loyalty.cards import queries as card_queries
from regulars.loyalty.cards.models import Card, Series
from regulars.loyalty.members import actions as members
from regulars.loyalty.members import queries as people
from regulars.loyalty.members import sign_in
from regulars.loyalty.members.imports import NewMember, RefusedRow
from regulars.loyalty.members.models import Member
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.members.sign_in import Newcomer, SignedIn
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.registration import wordings
from regulars.loyalty.stores.rows import TEST_KEY
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions.actions import Consent

DOOR = "account"
VIRTUAL = ("virtual", "Virtual card", "2990")


class WordingUnknown(Refusal):
    """Nobody was ever asked with these words."""

    code = "wording_unknown"


@dataclass(frozen=True, slots=True)
class Registered:
    """A new member, and the card if one was issued or handed out."""

    member: Member
    card: Card | None


@dataclass(frozen=True, slots=True)
class ImportedMembers:
    """New members and their cards' numbers, in the order given; how many were there already; what was refused."""

    added: list[NewMember]
    card_numbers: list[str]
    already: int
    refused: list[RefusedRow]


@transaction.atomic
def register(
    profile: Profile,
    *,
    via: str,
    store_id: int | None = None,
    series: Series | None = None,
    card_number: str = "",
    consent: Consent = None,
    wording: str = "",
    by: Actor,
    at: datetime,
) -> Registered:
    """Register a person: member, consent by the programme's mode for this door, and a card; all of it or nothing.

    `series` issues a card of that series; `card_number` instead gives the card that was handed out. `consent` is what
    the person agreed to (see `subscriptions.begin`) and does not matter while the step is hidden; `wording` is the
    version of the text they saw. Not repeatable: raises `PhoneTaken`, `EmailTaken`, `NumberTaken`; also `BadPhone`,
    `ProfileNotPossible`, `NobodyToRecognise`, `ConsentNeeded`, `UnknownCard`, `CardTaken`, `CardIsBlocked`,
    `SeriesExhausted`.
    """
    mode = programme.get_consent_mode("till" if via == TEST_KEY else via)
    member = members.register(profile, via=via, store_id=store_id, by=by, at=at)
    subscriptions.begin([member.id], mode=mode, consent=consent, wording=wording, by=by, at=at)
    if card_number:
        cards.activate(card_queries.get(card_number), member=member, by=by, at=at)
        return Registered(member, card_queries.get(card_number))
    return Registered(member, cards.issue(series, member=member, by=by, at=at) if series is not None else None)


def join(
    newcomer: Newcomer,
    *,
    first_name: str = "",
    locale: str = "en",
    consent: Consent = None,
    wording: str = "",
    device: str = "",
    by: Actor,
    at: datetime,
) -> SignedIn:
    """Let the owner of a proven phone join through the personal account, with a virtual card, and sign them in.

    Happens once: whoever says it twice, or has become a member meanwhile at a till, is signed in and nothing else.
    `wording` is the code of the words that were shown (`wordings`); it does not matter while the step is hidden. Raises
    `ProofOver`, `ConsentNeeded`, `WordingUnknown`, `ProfileNotPossible`; `WrongCode` for an account that is blocked by now.
    """
    profile = Profile(phone=newcomer.phone, first_name=first_name, locale=locale)
    try:
        return _join(newcomer, profile, consent=consent, wording=wording, device=device, by=by, at=at)
    except members.PhoneTaken:  # a till registered the phone in this very instant
        return _join(newcomer, profile, consent=consent, wording=wording, device=device, by=by, at=at)


@transaction.atomic
def _join(
    newcomer: Newcomer, profile: Profile, *, consent: Consent, wording: str, device: str, by: Actor, at: datetime
) -> SignedIn:
    sign_in.hold_proof(newcomer, at=at)
    member = people.find_by_phone(newcomer.phone)
    if member is None:
        if programme.get_consent_mode(DOOR) != "hidden" and not wordings.is_known(wording):
            raise WordingUnknown("Load the page again: the question on it has changed.", field="consent")
        member = register(
            profile, via=DOOR, series=_virtual_series(at=at), consent=consent, wording=wording, by=by, at=at
        ).member
    return sign_in.open_session(member, newcomer.phone, device=device, by=by, at=at)


def _virtual_series(*, at: datetime) -> Series | None:
    """The series of virtual cards; opened when there is none, and None when other cards have its numbers."""
    found = card_queries.find_virtual_series()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            code, name, prefix = VIRTUAL
            return cards.add_series(
                code, name=name, prefix=prefix, is_virtual=True, by=Actor.system("registration"), at=at
            )
    except (IntegrityError, cards.SeriesNotPossible):  # somebody else has just opened it
        return card_queries.find_virtual_series()


@transaction.atomic
def import_members(
    rows: Iterable[Profile],
    *,
    source: str,
    series: Series | None = None,
    consent: Consent = None,
    by: Actor,
    at: datetime,
) -> ImportedMembers:
    """Register many people with a few statements per thousand; every row needs its number in the other system.

    Repeatable: people whose number is there already are left alone and counted; rows that cannot be taken are told by
    their place, the others go on. New members get consent by the programme's mode for the door `source`, and with
    `series` an active card each. Raises `ConsentNeeded`, `SeriesExhausted`.
    """
    outcome = members.import_members(rows, source=source, by=by, at=at)
    member_ids = [made.member_id for made in outcome.added]
    numbers: list[str] = []
    if member_ids:
        mode = programme.get_consent_mode(source)
        subscriptions.begin(member_ids, mode=mode, consent=consent, by=by, at=at)
        if series is not None:
            numbers = cards.issue_many(series, member_ids=member_ids, by=by, at=at)
    return ImportedMembers(outcome.added, numbers, outcome.already, outcome.refused)
