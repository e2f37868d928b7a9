"""Loyalty's half of the bridge: tells Smart Communications of members and Mailings, and takes whole channels."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.db import transaction

from regulars.contract import exchange, merge
from regulars.contract.changes import Batch, ConsentChange, Outcome
from regulars.contract.channels import BRIDGED
from regulars.contract.merge import Version
from regulars.journal import actions as journal
from regulars.journal.reactions import Happened, outward
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.loyalty.members import queries as members
from regulars.loyalty.members.models import Member, MemberState
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions.base_types import MAILINGS
from regulars.loyalty.sync import carriers, facts, queries, schedule, untold, versions
from regulars.loyalty.sync.carriers import Carrier
from regulars.loyalty.sync.events import MailingsSwitched
from regulars.loyalty.sync.models import Exchange, Quarantined
from regulars.loyalty.sync.versions import Key, Known
from regulars.warehouse import folder as folders
from regulars.warehouse import reading
from regulars.warehouse.writing import Draft

BRIDGE = "bridge"
MOST_MEMBERS = 300
_PARCEL_BATCH = 1000
_EXCHANGE_LOCK = 7_250_318_201
_KEPT = timedelta(days=30)
type Chunk = tuple[datetime, list[Member]]
"""Members, and an instant before they were read."""


# --- to Smart Communications


@outward
def publish_member(happened: Happened, at: datetime) -> None:
    """Tell the sister how the member's profile stands now; raises when it was not taken, so that it is told again."""
    publish_members([happened.person_id], message_id=_message_id(happened), at=at)


@outward
def publish_imported_members(happened: Happened, at: datetime) -> None:
    """Tell the sister of members who came from another system."""
    publish_members(happened.body["person_ids"], message_id=_message_id(happened), at=at)


def publish_members(
    person_ids: Sequence[str] | None = None, *, message_id: str = "", batch: int = MOST_MEMBERS, at: datetime
) -> int:
    """Tell the sister of these members, or of all: the first load. Answers how many.

    Over RabbitMQ, at most `batch` members, 300, go in one message, each with Mailings × channel where that differs from
    what the sister begins with; the exchange takes them along in its next parcel. Repeating it does no harm. Raises
    `BrokerNotReached`; what was sent before stays told.
    """
    carrier = carriers.current()
    if carrier is Carrier.NONE:
        return 0
    told, message_id = 0, message_id or secrets.token_hex(16)
    for number, (read_at, people) in enumerate(_chunks(person_ids, min(batch, MOST_MEMBERS))):
        if carrier is Carrier.RABBITMQ:
            profiles = facts.list_profiles(people, read_at=read_at)
            news = Batch(members=profiles, consent_changes=facts.list_consent(people))
            carriers.publish(news, message_id=f"{message_id}:{number}", at=at)
        else:
            untold.mark([member.public_id for member in people])
        told += len(people)
    return told


def _message_id(happened: Happened) -> str:
    """The same for every try to tell of one entry; the time keeps it apart from an entry that a restore has undone."""
    return f"{happened.event}:{happened.entry_id}:{happened.recorded_at.timestamp():.6f}"


def _chunks(person_ids: Sequence[str] | None, size: int) -> Iterator[Chunk]:
    if person_ids is not None:
        for begin in range(0, len(person_ids), size):
            read_at, people = facts.read_clock(), members.list_by_public_ids(person_ids[begin : begin + size])
            if told := [member for member in people if not member.is_for_tests]:
                yield read_at, told
        return
    after_id = 0
    while (chunk := (facts.read_clock(), members.list_members(after_id=after_id, limit=size)))[1]:
        yield chunk
        after_id = chunk[1][-1].id


def note_own_change(happened: Happened, at: datetime) -> None:
    """Rank a change of Mailings × channel that was made here among those of the sister, and announce it.

    Runs after the change. Whatever the sister's changes did in between, the later one of the two holds in the end: then
    the cell is set to the winner once more. Changes that came over the bridge, other mailing types and channels of one
    side only are none of the bridge's business.
    """
    cells = happened.body["cells"].get(MAILINGS, {})
    wanted = {channel: bool(cells[channel]) for channel in BRIDGED if channel in cells}
    member = members.get(happened.body["member_id"])
    if happened.body["cause"] == BRIDGE or not wanted or member.state == MemberState.GONE or member.is_for_tests:
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
    carrier = carriers.current()
    if carrier is Carrier.EXCHANGE:
        untold.mark([happened.person_id])
    if carrier is not Carrier.RABBITMQ:
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
    carriers.publish(Batch(consent_changes=[change]), message_id=_message_id(happened), at=at)


# --- the exchange


@transaction.atomic
def write_exchange(folder: Path, *, is_full: bool = False, at: datetime) -> Exchange | None:
    """Write a parcel with what changed since the last one, or with everything; the first one always has everything.

    The parcel is seen before this is committed: a crash in between tells the same once more, which does no harm. None
    when somebody else is writing one.
    """
    if not _lock_exchange():
        return None
    return _write(folder, is_full=is_full, at=at)


@transaction.atomic
def exchange_when_due(at: datetime) -> int:
    """Write a parcel when its hour has come, in the programme's zone, or as often as the settings say; answers how many
    members it tells of. With RabbitMQ, tell of those whom the last parcel did not."""
    carrier, home = carriers.current(), folders.find()
    if carrier is Carrier.RABBITMQ:
        people = untold.pull(MOST_MEMBERS)
        return publish_members(people, at=at) if people else 0
    if carrier is Carrier.NONE or home is None or not _lock_exchange() or not schedule.is_due(at):
        return 0
    return _write(home, is_full=False, at=at).members


def _lock_exchange() -> bool:
    return bool(sql.fetch(dict, "select pg_try_advisory_xact_lock(%s) as is_ours", [_EXCHANGE_LOCK])[0]["is_ours"])


def _write(folder: Path, *, is_full: bool, at: datetime) -> Exchange:
    last = queries.find_last_exchange()
    sequence, is_full = (last.sequence + 1, is_full) if last else (1, True)
    reading.forget(folder, "loyalty", before=at - _KEPT)
    untold.take(sequence)
    changed = untold.list_taken(sequence, batch=_PARCEL_BATCH)
    chunks = _chunks(None, _PARCEL_BATCH) if is_full else chain.from_iterable(_chunks(few, len(few)) for few in changed)
    with Draft(folder, "loyalty", exchange.TABLES) as draft:
        for read_at, people in chunks:
            draft.add(exchange.MEMBERS, map(exchange.row_of, facts.list_profiles(people, read_at=read_at)))
            draft.add(exchange.CONSENT, map(exchange.row_of, facts.list_consent(people)))
        told = draft.publish(key=settings.SISTER_KEY, sequence=sequence, is_full=is_full, at=at)
    untold.forget(sequence)
    return Exchange.objects.create(
        sequence=sequence,
        written_at=at,
        is_full=is_full,
        members=told.tables[exchange.MEMBERS].rows,
        consent_changes=told.tables[exchange.CONSENT].rows,
    )


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
