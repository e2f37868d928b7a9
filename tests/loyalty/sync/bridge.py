"""Short words for tests of Loyalty's half of the bridge."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from regulars.contract.changes import ConsentChange, Outcome
from regulars.contract.merge import Version
from regulars.journal import reactions
from regulars.journal.models import Entry
from regulars.journal.reactions import Happened
from regulars.kit.actor import Actor
from regulars.loyalty.members.models import Member
from regulars.loyalty.subscriptions import queries as subscriptions
from regulars.loyalty.sync import actions as sync
from regulars.loyalty.sync.events import MailingsSwitched
from tests.make import AT

SISTER = Actor.sync("smartcomms", "api/bridge")
reactions.register("loyalty", {MailingsSwitched: []})


def change(
    member: Member | str, channel: str, is_on: bool, at: datetime = AT, origin: str = "smartcomms"
) -> ConsentChange:
    """A whole-channel change as it crosses the bridge."""
    person_id = member if isinstance(member, str) else member.public_id
    return ConsentChange.from_version(person_id, channel, Version(at, is_on, origin), "unsubscribe_page")


def receive(*changes: ConsentChange, at: datetime = AT) -> Outcome:
    """Let Loyalty take over changes."""
    return sync.receive_consent_changes(changes, by=SISTER, at=at)


def happened(event: str, member: Member) -> list[Happened]:
    """What the journal has of one kind about a member, oldest first."""
    rows = Entry.objects.filter(event=event, person_id=member.public_id).order_by("id")
    return [Happened(row.pk, row.event, row.person_id, row.recorded_at, _plain(row.body)) for row in rows]


def _plain(body: Any) -> Any:
    return orjson.loads(body) if isinstance(body, str) else body


def note(member: Member, at: datetime, which: slice = slice(None)) -> None:
    """Run the reaction to consent that was changed, as the relay does afterwards."""
    run(sync.note_own_change, "loyalty.ConsentChanged", member, at, which)


def run(
    reaction: Callable[[Happened, datetime], None], event: str, member: Member, at: datetime, which: slice = slice(None)
) -> None:
    """Run one reaction for what happened to a member."""
    for one in happened(event, member)[which]:
        reaction(one, at)


def off(member: Member) -> set[tuple[str, str]]:
    """The cells of a member's matrix that are off, as (mailing type, channel)."""
    matrix = subscriptions.get_matrix(member)
    return {(row.code, str(c)) for row in matrix.rows for c, cell in row.cells.items() if not cell.selected}
