"""Brings people into the programme whole: the member, their consent and their card, in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from regulars.kit.actor import Actor
from regulars.loyalty.cards import actions as cards
from regulars.loyalty.cards import queries as card_queries
from regulars.loyalty.cards.models import Card, Series
from regulars.loyalty.members import actions as members
from regulars.loyalty.members.imports import NewMember, RefusedRow
from regulars.loyalty.members.models import Member
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions.actions import Consent


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
    mode = programme.get_consent_mode(via)
    member = members.register(profile, via=via, store_id=store_id, by=by, at=at)
    subscriptions.begin([member.id], mode=mode, consent=consent, wording=wording, by=by, at=at)
    if card_number:
        cards.activate(card_queries.get(card_number), member=member, by=by, at=at)
        return Registered(member, card_queries.get(card_number))
    return Registered(member, cards.issue(series, member=member, by=by, at=at) if series is not None else None)


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
