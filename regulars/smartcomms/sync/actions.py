"""Smart Communications' half of the bridge: takes members and consent from Loyalty, and tells it of whole channels."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from regulars.contract import merge, sending
from regulars.contract.changes import Batch, ConsentChange, ConsentChanges, Outcome
from regulars.contract.merge import Version
from regulars.journal.reactions import Happened, outward
from regulars.kit.actor import Actor
from regulars.smartcomms.customers import actions as customers
from regulars.smartcomms.customers import queries as known_customers
from regulars.smartcomms.subscriptions import actions as subscriptions
from regulars.smartcomms.sync.models import Quarantined


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
