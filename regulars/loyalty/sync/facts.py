"""Builds what crosses the bridge from what Loyalty knows of members."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from regulars.contract.changes import ConsentChange, MemberChanged
from regulars.contract.channels import BRIDGED
from regulars.contract.merge import BEGINNING, TICK, Version
from regulars.kit import sql
from regulars.loyalty.members import queries as members
from regulars.loyalty.members.models import Member, MemberState
from regulars.loyalty.members.queries import Contacts
from regulars.loyalty.subscriptions import queries as subscriptions
from regulars.loyalty.subscriptions.base_types import MAILINGS
from regulars.loyalty.sync.models import ChannelVersion

_EARLIEST = BEGINNING + TICK


_CLOCK = "select clock_timestamp() as read_at"


def read_clock() -> datetime:
    """The database's clock, to be read before the members are.

    Of two profiles of one member the later one must be the newer one, so none may bear an instant after which the member
    could still change unseen: the instant that a whole round of reactions shares would not do.
    """
    read_at: datetime = sql.fetch(dict, _CLOCK)[0]["read_at"]
    return read_at.astimezone(UTC)


def list_profiles(people: Sequence[Member], *, read_at: datetime) -> list[MemberChanged]:
    """The profiles of members as the sister needs them, who were read after this instant; of those who left only that."""
    contacts = members.list_contacts([member.id for member in people])
    return [_profile(member, contacts.get(member.id, Contacts()), read_at) for member in people]


def _profile(member: Member, contacts: Contacts, at: datetime) -> MemberChanged:
    if member.state == MemberState.GONE:
        return MemberChanged(person_id=member.public_id, changed_at=at, is_gone=True)
    return MemberChanged(
        person_id=member.public_id,
        changed_at=at,
        first_name=member.first_name,
        last_name=member.last_name,
        phone=contacts.phone,
        phone_is_verified=contacts.phone_is_verified,
        email=contacts.email,
        email_is_verified=contacts.email_is_verified,
        locale=member.locale,
        time_zone=member.time_zone,
    )


def list_consent(people: Sequence[Member]) -> list[ConsentChange]:
    """Where Mailings × a channel of both systems differs from what the sister begins with, or was ever changed here.

    A cell that is off since registration has the time of registration, so that every later change wins over it.
    """
    alive = [member for member in people if member.state != MemberState.GONE]
    matrices = subscriptions.list_matrices([member.id for member in alive])
    known = _versions(member.id for member in alive)
    found = []
    for member in alive:
        for channel in BRIDGED:
            version = known.get((member.id, channel))
            cell = matrices[member.id].cell(MAILINGS, channel)
            if version is not None and version.origin == "loyalty":
                found.append(ConsentChange.from_version(member.public_id, channel, version, "loaded"))
            elif version is None and not (cell and cell.selected):
                since = Version(max(member.registered_at, _EARLIEST), False, "loyalty")
                found.append(ConsentChange.from_version(member.public_id, channel, since, "registered"))
    return found


def _versions(member_ids: Iterable[int]) -> dict[tuple[int, str], Version]:
    rows = ChannelVersion.objects.filter(member_id__in=list(member_ids)).exclude(origin="")
    return {(row.member_id, row.channel): Version(row.version_at, row.is_on, row.origin) for row in rows}
