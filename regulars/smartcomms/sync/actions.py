"""Smart Communications' half of the bridge: takes members and consent from Loyalty, and tells it of whole channels."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from regulars.contract import exchange, merge, sending
from regulars.contract.changes import Batch, ConsentChange, ConsentChanges, Outcome
from regulars.contract.merge import Version
from regulars.gateways.rabbitmq.receivers import Letter
from regulars.journal.reactions import Happened, outward
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.smartcomms.customers import actions as customers
from regulars.smartcomms.customers import queries as known_customers
from regulars.smartcomms.subscriptions import actions as subscriptions
from regulars.smartcomms.sync import letters, parcels, queries
from regulars.smartcomms.sync.models import Quarantined
from regulars.smartcomms.sync.parcels import Taken
from regulars.warehouse import folder as folders
from regulars.warehouse import reading
from regulars.warehouse.reading import Parcel

log = logging.getLogger(__name__)

_KEPT = timedelta(days=30)
_NOTE = """
insert into smartcomms_sync_inbox (message_id, received_at) values (%s, %s) on conflict (message_id) do nothing
"""
_FORGET = """
delete from smartcomms_sync_inbox where id in (select id from smartcomms_sync_inbox where received_at < %s limit 5000)
"""
_NOTE_PARCEL = """
insert into smartcomms_sync_parcel (digest, sequence, is_full, written_at, taken_at, members, consent_changes)
values (%s, %s, %s, %s, %s, %s, %s) on conflict (digest) do nothing
"""


@transaction.atomic
def receive_changes(batch: Batch, *, by: Actor, at: datetime) -> Outcome:
    """Take over a batch from Loyalty, whole or not at all: members first, then changes of the type Mailings.

    New customers begin with every channel on; who is gone loses everything personal. A change of a channel applies by
    the rule of the bridge and leaves categories as they were. Changes of our own coming back, older and repeated ones
    do nothing; one from a clock that is far ahead is put aside.
    """
    received = customers.receive_members(batch.members, by=by, at=at)
    subscriptions.begin(received.added, by=by, at=at)
    subscriptions.end(received.gone)
    consent = _receive_consent(batch.consent_changes, by=by, at=at)
    taken = len(batch.members) - received.unchanged
    return Outcome(
        applied=taken + consent.applied,
        unchanged=received.unchanged + consent.unchanged,
        quarantined=consent.quarantined,
        unknown=consent.unknown,
    )


def _receive_consent(changes: Sequence[ConsentChange], *, by: Actor, at: datetime) -> Outcome:
    gone = known_customers.list_gone([change.person_id for change in changes])
    about_somebody = [change for change in changes if change.person_id not in gone]
    ahead = [change for change in about_somebody if merge.is_from_the_future(change.version(), at)]
    _quarantine(ahead, at)
    timely = [c for c in about_somebody if c.origin == "loyalty" and not merge.is_from_the_future(c.version(), at)]
    applied = subscriptions.merge_switches(_winners(timely), cause="bridge", by=by, at=at) if timely else 0
    unknown = len(changes) - len(about_somebody)
    unchanged = len(about_somebody) - len(ahead) - applied
    return Outcome(applied=applied, unchanged=unchanged, quarantined=len(ahead), unknown=unknown)


def _winners(changes: Iterable[ConsentChange]) -> dict[tuple[str, str], Version]:
    ranked = sorted(changes, key=lambda change: change.version().rank())
    return {(change.person_id, str(change.channel)): change.version() for change in ranked}


def _quarantine(changes: Iterable[ConsentChange], at: datetime) -> None:
    rows = [Quarantined(**change.columns(), reason="from_the_future", received_at=at) for change in changes]
    Quarantined.objects.bulk_create(rows, ignore_conflicts=True)


# --- from Loyalty, over RabbitMQ


@transaction.atomic
def receive_letter(letter: Letter, at: datetime) -> None:
    """Take over a signed batch that came over RabbitMQ, once: its id and its effect are written together.

    Raises `LetterRefused` for what can never be taken.
    """
    batch = letters.read(letter)
    if sql.run(_NOTE, [letter.message_id, at]):
        receive_changes(batch, by=Actor.sync("loyalty", "rabbitmq"), at=at)


def forget_old(at: datetime) -> int:
    """Forget the ids of letters that came over thirty days ago, some at a time, and parcels that nobody fetched."""
    if (home := folders.find()) is not None:
        reading.forget(home, parcels.SENDER, before=at - _KEPT)
    return sql.run(_FORGET, [at - _KEPT])


# --- from Loyalty, by the exchange


def take_in(at: datetime) -> int:
    """Take in the parcels that have come, if this system runs here and has a folder; answers how many rows."""
    home = folders.find()
    if "smartcomms" not in settings.SYSTEMS or home is None:
        return 0
    taken = take_in_parcels(home, at=at)
    for one in taken:
        if one.fault:
            log.error("parcel %s was refused and put aside: %s", one.name, one.fault)
        if one.missing:
            log.error("parcels %d to %d never came: ask for a full one", *one.missing)
    return sum(one.rows for one in taken)


def take_in_parcels(folder: Path, *, at: datetime) -> list[Taken]:
    """Take in the parcels of Loyalty that lie in a folder, oldest first, each whole or not at all.

    A parcel whose signature, checksum, number of rows or any single row is wrong is moved aside before anything of it is
    applied. Applying goes in small transactions, and begins anew after a crash; every row may be repeated. Whatever is not
    in a parcel means nothing. A parcel that was taken is removed, and does nothing when it comes again.
    """
    if not reading.find_parcels(folder, parcels.SENDER):
        return []
    with parcels.alone(folder) as is_alone:
        if not is_alone:
            return []
        found = (_take_in(path, at) for path in reading.find_parcels(folder, parcels.SENDER))
        return [taken for taken in found if taken is not None]


def _take_in(path: Path, at: datetime) -> Taken | None:
    try:
        parcel = reading.open_parcel(path, sender=parcels.SENDER, tables=exchange.TABLES, key=settings.SISTER_KEY)
        if queries.is_taken(parcel.digest):
            reading.remove(path)
            return Taken(path.name, is_known=True)
        for _ in parcels.batches(parcel, at=at):
            pass
    except reading.NotYetWhole:
        return None
    except reading.ParcelRefused as refused:
        reading.put_aside(path, str(refused))
        return Taken(path.name, fault=str(refused))
    outcome = _apply(parcel, at)
    reading.remove(path)
    return outcome


def _apply(parcel: Parcel, at: datetime) -> Taken:
    told, by, outcome = parcel.manifest, Actor.sync("loyalty", "exchange"), Outcome()
    for batch in parcels.batches(parcel, at=at):
        outcome = parcels.add(outcome, receive_changes(batch, by=by, at=at))
    missing = queries.find_gap(told.sequence) if not told.is_full else None
    sql.run(
        _NOTE_PARCEL,
        [
            parcel.digest,
            told.sequence,
            told.is_full,
            told.written_at,
            at,
            *(told.tables[name].rows for name in (exchange.MEMBERS, exchange.CONSENT)),
        ],
    )
    return Taken(parcel.path.name, parcels.count_rows(parcel), outcome, missing=missing)


# --- to Loyalty


@outward
def publish_channel_switched(happened: Happened, at: datetime) -> None:
    """Tell Loyalty that a whole channel was switched here; raises when it was not taken, so that it is told again."""
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
    facts = ConsentChanges(consent_changes=[change])
    sending.send(facts, address=settings.SISTER_ADDRESS + sending.TO_LOYALTY, key=settings.SISTER_KEY, at=at)
