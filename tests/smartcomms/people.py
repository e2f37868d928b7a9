"""Builders for tests of Smart Communications: customers, categories and messages that wait."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from regulars.contract.changes import Batch, ConsentChange, MemberChanged, Outcome
from regulars.contract.merge import Version
from regulars.journal import reactions
from regulars.kit import ids
from regulars.kit.actor import Actor
from regulars.messages import actions as messages
from regulars.messages.models import Message
from regulars.smartcomms.customers import events as customer_events
from regulars.smartcomms.subscriptions import actions as subscriptions
from regulars.smartcomms.subscriptions import events as consent_events
from regulars.smartcomms.subscriptions.models import Category
from regulars.smartcomms.sync import actions as sync

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LOYALTY = Actor.sync("loyalty", "api/smartcomms")
EMPLOYEE = Actor("employee", "1", "smartcomms")
_numbers = count(1)

for room in (customer_events, consent_events):
    for kind in list(vars(room).values()):
        if isinstance(kind, type) and getattr(kind, "system", "") == "smartcomms":
            reactions.register("smartcomms", {kind: []})


def fact(person_id: str = "", **fields: Any) -> MemberChanged:
    """A profile as Loyalty tells it."""
    number = next(_numbers)
    told = {
        "first_name": "Robin",
        "last_name": "Field",
        "phone": f"+44770{number:07}",
        "email": f"robin{number}@example.org",
        "changed_at": AT,
    }
    return MemberChanged(person_id=person_id or ids.new("mem"), **(told | fields))


def gone(person_id: str, at: datetime = AT) -> MemberChanged:
    """The news that somebody left."""
    return MemberChanged(person_id=person_id, changed_at=at, is_gone=True)


def receive(*facts: MemberChanged, consent: list[ConsentChange] | None = None, at: datetime = AT) -> Outcome:
    """Let Smart Communications take over facts."""
    return sync.receive_changes(Batch(members=list(facts), consent_changes=consent or []), by=LOYALTY, at=at)


def customer(**fields: Any) -> MemberChanged:
    """A customer who is known here, as the fact they came with."""
    told = fact(**fields)
    receive(told)
    return told


def myself(person_id: str) -> Actor:
    """The customer as the one who acts."""
    return Actor("member", person_id, "smartcomms/unsubscribe")


def category(code: str = "", *, is_visible: bool = True, at: datetime = AT, **defaults: bool) -> Category:
    """A mailing category; `defaults` are channels."""
    code = code or f"category-{next(_numbers)}"
    return subscriptions.add_category(
        code, name=code.title(), is_visible=is_visible, defaults=defaults, by=EMPLOYEE, at=at
    )


def change(person_id: str, channel: str, is_on: bool, at: datetime = AT, origin: str = "loyalty") -> ConsentChange:
    """A whole-channel change as it crosses the bridge."""
    return ConsentChange.from_version(person_id, channel, Version(at, is_on, origin), "test")


def message(person_id: str, channel: str, category: str = "", *, address: str = "somewhere") -> int:
    """A marketing message that waits."""
    made = messages.queue(
        system="smartcomms",
        person_id=person_id,
        channel=channel,
        message_class="marketing",
        subject=category,
        origin=f"run:{next(_numbers)}",
        template="",
        address=address,
        sender="SHOP",
        text="Hello",
        lifetime=timedelta(days=1),
        by=EMPLOYEE,
        at=AT,
    )
    assert made is not None
    return made


def states(person_id: str) -> Mapping[int, str]:
    """How a person's messages stand."""
    return dict(Message.objects.filter(person_id=person_id).values_list("id", "state"))
