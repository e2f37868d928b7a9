"""Looks at changes that were put aside, at parcels that were taken, and at how customers stand."""

from collections.abc import Mapping, Sequence

from regulars.contract.channels import BRIDGED
from regulars.smartcomms.customers.models import Customer
from regulars.smartcomms.subscriptions.models import ChannelSwitch
from regulars.smartcomms.sync.models import Parcel, Quarantined


def count_quarantined() -> int:
    """How many changes from Loyalty wait for somebody to look at them."""
    return Quarantined.objects.count()


def is_taken(digest: str) -> bool:
    """Whether a parcel with this content was taken."""
    return Parcel.objects.filter(digest=digest).exists()


def find_gap(sequence: int) -> tuple[int, int] | None:
    """The first and the last number between this parcel and the newest one taken before it; None when it follows."""
    before = Parcel.objects.filter(sequence__lte=sequence).order_by("-sequence").values_list("sequence", flat=True)
    last = before.first() or 0
    return (last + 1, sequence - 1) if sequence > last + 1 else None


def list_standings(person_ids: Sequence[str]) -> dict[str, Mapping[str, bool] | None]:
    """How the channels of both systems stand for these people; None for who has left; unknown people are missing."""
    people = list(person_ids)
    stands: dict[str, dict[str, bool]] = {}
    switches = ChannelSwitch.objects.filter(person_id__in=people, channel__in=[str(channel) for channel in BRIDGED])
    for person_id, channel, is_on in switches.values_list("person_id", "channel", "is_on"):
        stands.setdefault(person_id, {})[channel] = is_on
    known = Customer.objects.filter(person_id__in=people).values_list("person_id", "is_gone")
    return {person_id: None if is_gone else stands.get(person_id, {}) for person_id, is_gone in known}
