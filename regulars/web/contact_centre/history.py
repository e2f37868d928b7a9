"""The history of a member's consent in words: when, who, from where and what; and two versions side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from regulars.loyalty.subscriptions import queries
from regulars.web.contact_centre import matrix
from regulars.web.contact_centre.matrix import Cells, Table

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member
    from regulars.loyalty.subscriptions.queries import Told

MOST = 12
DOORS = {
    "account": "personal account",
    "api/pos": "till",
    "public": "link in a message",
    "api/bridge": "Smart Communications",
}
PEOPLE = {"member": "the member", "till": "a till", "sync": "Smart Communications", "system": "Regulars"}


@dataclass(frozen=True, slots=True)
class EntryFace:
    """One change of consent."""

    id: int
    at: datetime
    what: str
    who: str
    where: str
    wording: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One cell in three states: as it was opened, as it is saved now, as the operator wants it."""

    mailing_type: str
    channel: str
    then: bool
    now: bool
    mine: bool


def of(member: "Member", table: Table) -> list[EntryFace]:
    """The changes of the member's consent, newest first, each with what it changed in this table."""
    return [_face(told, table) for told in queries.list_changes(member)]


def versions(table: Table, then: Cells, now: Cells, mine: Cells, cells: Sequence[tuple[str, str]]) -> list[VersionRow]:
    """These cells as they were seen, as they are saved and as they are wanted, in the order of the table."""
    names = {row.code: row.name for row in table.rows}
    return [
        VersionRow(names[code], channel, then.get((code, channel), False), now[code, channel], mine[code, channel])
        for code, channel in now
        if (code, channel) in cells
    ]


def _face(told: "Told", table: Table) -> EntryFace:
    entry = told.entry
    who = entry.by_id if entry.by_kind == "employee" and entry.by_id else PEOPLE.get(entry.by_kind, entry.by_kind)
    where = DOORS.get(entry.door, entry.door.replace("_", " "))
    return EntryFace(entry.pk, entry.recorded_at, _what(told, table), who, where, entry.wording)


def _what(told: "Told", table: Table) -> str:
    shown = table.shown()
    changed = {cell: is_on for cell, is_on in told.changed.items() if cell in shown}
    said = matrix.in_words(changed, table, after={cell: is_on for cell, is_on in told.after.items() if cell in shown})
    if told.entry.cause == "registered":
        return _("Registered. %(what)s") % {"what": said or _("Everything off")}
    return said or _("Nothing in this table")
