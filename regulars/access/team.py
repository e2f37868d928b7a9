"""Whom keys of the team reach: the phones and mailboxes of those who work on this installation."""

import re
from datetime import datetime

from django.db import transaction

from regulars.access.events import TeamContactAdded, TeamContactRemoved
from regulars.access.models import TeamContact
from regulars.journal import actions as journal
from regulars.kit import phone
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, Refusal
from regulars.kit.text import is_storable, tidy

LONGEST_ADDRESS, LONGEST_NOTE = 254, 100
_MAILBOX = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")


class ContactNotPossible(Refusal):
    """A contact of the team is a phone number with its country, or a mailbox."""

    code = "team_contact_not_possible"


class ContactKnown(Conflict):
    """The team has this contact already."""

    code = "team_contact_known"


@transaction.atomic
def add_contact(address: str, *, note: str = "", by: Actor, at: datetime) -> TeamContact:
    """Let keys of the team reach this phone or mailbox; `note` says whose it is. Raises `ContactNotPossible`, `ContactKnown`."""
    if not is_storable(address + note):
        raise ContactNotPossible("The text holds a character that cannot be stored.", field="address")
    contact, is_new = TeamContact.objects.get_or_create(
        address=_read(address.strip()), defaults={"note": tidy(note)[:LONGEST_NOTE], "added_at": at}
    )
    if not is_new:
        raise ContactKnown("The team has this contact already.", field="address")
    journal.record(TeamContactAdded(contact_id=contact.pk), by=by, at=at)
    return contact


@transaction.atomic
def remove_contact(contact: TeamContact, *, by: Actor, at: datetime) -> bool:
    """Let keys of the team reach this address no more; what waits for it is skipped. Said once: a repeat answers False."""
    contact_id = contact.pk
    if not TeamContact.objects.filter(pk=contact_id).delete()[0]:
        return False
    journal.record(TeamContactRemoved(contact_id=contact_id), by=by, at=at)
    return True


def _read(address: str) -> str:
    """The address as messages have it: E.164, or a mailbox in small letters."""
    if "@" in address:
        if len(address) > LONGEST_ADDRESS or not _MAILBOX.fullmatch(address):
            raise ContactNotPossible("This is no mailbox; name@example.org is one.", field="address")
        return address.lower()
    try:
        if not address.startswith("+"):
            raise phone.BadPhone("It has no country.")
        return phone.normalise(address, "")
    except phone.BadPhone as error:
        raise ContactNotPossible(
            "Write a phone number with its country, such as +44 7700 900123, or a mailbox.", field="address"
        ) from error
