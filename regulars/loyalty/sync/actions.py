"""Loyalty's half of the bridge: tells Smart Communications of members and Mailings, and takes whole channels."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from regulars.contract import merge, sending
from regulars.contract.changes import Batch, ConsentChange, Outcome
from regulars.contract.channels import BRIDGED
from regulars.contract.merge import Version
from regulars.journal import actions as journal
from regulars.journal.reactions import Happened, outward
from regulars.kit.actor import Actor
from regulars.loyalty.members import queries as members
from regulars.loyalty.members.models import Member, MemberState
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions.base_types import MAILINGS
from regulars.loyalty.sync import facts, versions
from regulars.loyalty.sync.events import MailingsSwitched
from regulars.loyalty.sync.models import Quarantined
from regulars.loyalty.sync.versions import Key, Known

BRIDGE = "bridge"
MOST_MEMBERS = 300


# --- to Smart Communications


@outward
def publish_member(happened: Happened, at: datetime) -> None:
    """Tell the sister how the member's profile stands now; raises when it was not taken, so that it is told again."""
    publish_members([happened.person_id], at=at)


@outward
def publish_imported_members(happened: Happened, at: datetime) -> None:
    """Tell the sister of members who came from another system."""
    publish_members(happened.body["person_ids"], at=at)


def publish_members(person_ids: Sequence[str] | None = None, *, batch: int = MOST_MEMBERS, at: datetime) -> int:
    """Tell the sister of these members, or of all: the first load. Answers how many.

    At most `batch` members, 300, in one request, each with Mailings × channel where that differs from what the sister
    begins with. Repeating it does no harm. Raises `SisterNotReached`; what was sent before stays told.
    """
    if not settings.SISTER_ADDRESS:
        return 0
    told, size = 0, min(batch, MOST_MEMBERS)
    for people in _chunks(person_ids, size):
        _send(Batch(members=facts.list_profiles(people, at=at), consent_changes=facts.list_consent(people)), at)
        told += len(people)
    return told


def _chunks(person_ids: Sequence[str] | None, size: int) -> Iterable[list[Member]]:
    if person_ids is not None:
        for begin in range(0, len(person_ids), size):
            yield members.list_by_public_ids(person_ids[begin : begin + size])
        return
    people = members.list_members(limit=size)
    while people:
        yield people
        people = members.list_members(after_id=people[-1].id, limit=size)


def note_own_change(happened: Happened, at: datetime) -> None:
    """Rank a change of Mailings × channel that was made here among those of the sister, and announce it.

    Runs after the change. Whatever the sister's changes did in between, the later one of the two holds in the end: then
    the cell is set to the winner once more. Changes that came over the bridge, other mailing types and channels of one
    side only are none of the bridge's business.
    """
    cells = happened.body["cells"].get(MAILINGS, {})
    wanted = {channel: bool(cells[channel]) for channel in BRIDGED if channel in cells}
    member = members.get(happened.body["member_id"])
    if happened.body["cause"] == BRIDGE or not wanted or member.state == MemberState.GONE:
        return
    known = versions.lock((member.id, channel) for channel in wanted)
    for channel, is_on in wanted.items():
        _note(member, channel, is_on, known[member.id, channel], happened, at)


def _note(member: Member, channel: str, is_on: bool, known: Known, happened: Happened, at: datetime) -> None:
    was_seen = known.applied_at <= happened.recorded_at
    made_at = merge.next_at(happened.recorded_at, known.version) if was_seen else happened.recorded_at
    own, by = Version(made_at, is_on, "loyalty"), Actor.system("sync")
    winner = known.version
    if merge.wins(own, known.version):
        winner, cause = own, str(happened.body["cause"])
        applied_at = happened.recorded_at if was_seen else at
        versions.write({(member.id, channel): own}, {(member.id, channel): cause}, applied_at=applied_at)
        event = MailingsSwitched(channel, own.is_on, own.at, own.origin, cause)
        journal.record(event, person_id=member.public_id, by=by, at=at)
    if not was_seen:
        subscriptions.set_cells(member, {(MAILINGS, channel): winner.is_on}, cause=BRIDGE, by=by, at=at)


@outward
def publish_mailings_switched(happened: Happened, at: datetime) -> None:
    """Tell the sister that Mailings × a channel was switched here; raises when it was not taken."""
    if not settings.SISTER_ADDRESS:
        return
    body = happened.body
    change = ConsentChange(
        person_id=happened.person_id,
        channel=body["channel"],
        is_on=body["is_on"],
        made_at=body["version_at"],
        origin=body["origin"],
        cause=body["cause"],
    )
    _send(Batch(consent_changes=[change]), at)


def _send(batch: Batch, at: datetime) -> None:
    sending.send(batch, address=settings.SISTER_ADDRESS + sending.TO_SMARTCOMMS, key=settings.SISTER_KEY, at=at)


# --- from Smart Communications


@transaction.atomic
def receive_consent_changes(changes: Sequence[ConsentChange], *, by: Actor, at: datetime) -> Outcome:
    """Take over whole-channel changes from the sister: Mailings × that channel follows, other types stay as they are.

    The later change of both systems wins. Older and repeated ones and our own coming back do nothing, nor do changes
    about nobody or somebody who has left; one from a clock that is far ahead is put aside. Nothing is ever sent back.
    """
    people = {m.public_id: m for m in members.list_by_public_ids([change.person_id for change in changes])}
    known = [c for c in changes if c.person_id in people and people[c.person_id].state != MemberState.GONE]
    ahead = [change for change in known if merge.is_from_the_future(change.version(), at)]
    _quarantine(ahead, at)
    timely = [c for c in known if c.origin != "loyalty" and not merge.is_from_the_future(c.version(), at)]
    applied = _merge(timely, people, by=by, at=at) if timely else 0
    return Outcome(
        applied=applied,
        unchanged=len(known) - len(ahead) - applied,
        quarantined=len(ahead),
        unknown=len(changes) - len(known),
    )


def _merge(changes: Sequence[ConsentChange], people: dict[str, Member], *, by: Actor, at: datetime) -> int:
    ranked = sorted(changes, key=lambda change: change.version().rank())
    latest: dict[Key, ConsentChange] = {(people[c.person_id].id, str(c.channel)): c for c in ranked}
    known = versions.lock(latest)
    won = {key: c.version() for key, c in latest.items() if merge.wins(c.version(), known[key].version)}
    if not won:
        return 0
    versions.write(won, {key: latest[key].cause for key in won}, applied_at=at)
    cells: dict[int, dict[tuple[str, str], bool]] = {}
    for (member_id, channel), version in won.items():
        cells.setdefault(member_id, {})[MAILINGS, channel] = version.is_on
    for member in sorted(people.values(), key=lambda member: member.id):
        if member.id in cells:
            subscriptions.set_cells(member, cells[member.id], cause=BRIDGE, by=by, at=at)
    return len(won)


def _quarantine(changes: Iterable[ConsentChange], at: datetime) -> None:
    rows = [Quarantined(**change.columns(), reason="from_the_future", received_at=at) for change in changes]
    Quarantined.objects.bulk_create(rows, ignore_conflicts=True)
