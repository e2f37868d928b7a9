"""Looks at changes that were put aside, at the exchange, and at how Mailings stands on each member's channels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.contract.channels import BRIDGED
from regulars.loyalty.members import queries as members
from regulars.loyalty.members.models import Member, MemberState
from regulars.loyalty.subscriptions import queries as subscriptions
from regulars.loyalty.subscriptions.base_types import MAILINGS
from regulars.loyalty.sync.models import Exchange, Quarantined


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a member is there, and how Mailings stands on the channels of both systems; empty for who has left."""

    id: int
    person_id: str
    is_gone: bool
    channels: Mapping[str, bool]


def count_quarantined() -> int:
    """How many changes from Smart Communications wait for somebody to look at them."""
    return Quarantined.objects.count()


def find_last_exchange() -> Exchange | None:
    """The parcel written last, or None."""
    return Exchange.objects.order_by("-sequence").first()


def list_standings(*, after_id: int = 0, limit: int = 1000) -> list[Standing]:
    """How the next members after a bookmark (an inner id) stand, for comparing both sides."""
    people = members.list_members(after_id=after_id, limit=limit)
    return _standings(people)


def _standings(people: Sequence[Member]) -> list[Standing]:
    alive = [member.id for member in people if member.state != MemberState.GONE]
    matrices = subscriptions.list_matrices(alive)
    return [
        Standing(
            member.id,
            member.public_id,
            member.id not in matrices,
            {str(channel): matrices[member.id].is_on(MAILINGS, channel) for channel in BRIDGED}
            if member.id in matrices
            else {},
        )
        for member in people
    ]
