"""Changes what Smart Communications knows of people: profiles come from their home system and go with the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from regulars.contract.changes import MemberChanged
from regulars.journal import actions as journal
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.messages import actions as messages
from regulars.smartcomms.customers.events import CustomerErased, CustomersReceived

_RECEIVE = """
insert into smartcomms_customers_customer as c
       (person_id, first_name, last_name, phone, phone_is_verified, email, email_is_verified, locale, time_zone,
        is_gone, version_at)
select * from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bool[], %s::text[], %s::bool[], %s::text[],
                     %s::text[], %s::bool[], %s::timestamptz[])
 order by 1
on conflict (person_id) do update set
       (first_name, last_name, phone, phone_is_verified, email, email_is_verified, locale, time_zone,
        is_gone, version_at)
     = (excluded.first_name, excluded.last_name, excluded.phone, excluded.phone_is_verified, excluded.email,
        excluded.email_is_verified, excluded.locale, excluded.time_zone, excluded.is_gone, excluded.version_at)
 where not c.is_gone
   and (excluded.is_gone or c.version_at < excluded.version_at
        or c.version_at = excluded.version_at and
           (c.first_name, c.last_name, c.phone, c.phone_is_verified, c.email, c.email_is_verified, c.locale,
            c.time_zone)
           is distinct from
           (excluded.first_name, excluded.last_name, excluded.phone, excluded.phone_is_verified, excluded.email,
            excluded.email_is_verified, excluded.locale, excluded.time_zone))
returning person_id, is_gone, xmax = 0 as is_new
"""


@dataclass(frozen=True, slots=True)
class Received:
    """Whom a batch of profiles concerned: `added` are new customers, `gone` have left just now."""

    added: list[str]
    changed: list[str]
    gone: list[str]
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Row:
    person_id: str
    is_gone: bool
    is_new: bool


@transaction.atomic
def receive_members(facts: Sequence[MemberChanged], *, by: Actor, at: datetime) -> Received:
    """Take over profiles from the home system, all of them in one statement.

    A profile read earlier than the one known here does nothing, nor does anything for somebody who is gone; leaving
    counts whenever it was read. Who is gone keeps a row without a name, and every message to them is cancelled and
    emptied. The caller gives new customers their switches and takes those of gone ones away.
    """
    latest = _latest(facts)
    rows = sql.fetch(_Row, _RECEIVE, _columns(latest)) if latest else []
    received = Received(
        added=[row.person_id for row in rows if row.is_new and not row.is_gone],
        changed=[row.person_id for row in rows if not row.is_new and not row.is_gone],
        gone=[row.person_id for row in rows if row.is_gone],
        unchanged=len(facts) - len(rows),
    )
    if received.added or received.changed:
        journal.record(CustomersReceived(added=len(received.added), changed=len(received.changed)), by=by, at=at)
    for person_id in received.gone:
        _erase(person_id, by=by, at=at)
    return received


def _latest(facts: Sequence[MemberChanged]) -> list[MemberChanged]:
    """One fact per person: the one that says they are gone, else the last one read."""
    ranked = sorted(facts, key=lambda fact: (fact.is_gone, fact.changed_at))
    return list({fact.person_id: fact for fact in ranked}.values())


def _columns(facts: Sequence[MemberChanged]) -> list[list[object]]:
    known = [
        MemberChanged(person_id=f.person_id, changed_at=f.changed_at, is_gone=True) if f.is_gone else f for f in facts
    ]
    return [
        [f.person_id for f in known],
        [f.first_name for f in known],
        [f.last_name for f in known],
        [f.phone for f in known],
        [f.phone_is_verified for f in known],
        [f.email for f in known],
        [f.email_is_verified for f in known],
        [f.locale for f in known],
        [f.time_zone for f in known],
        [f.is_gone for f in known],
        [f.changed_at for f in known],
    ]


def _erase(person_id: str, *, by: Actor, at: datetime) -> None:
    emptied = messages.erase_person(person_id, at=at)
    journal.erase_person(person_id)
    journal.record(CustomerErased(messages_emptied=emptied), person_id=person_id, by=by, at=at)
