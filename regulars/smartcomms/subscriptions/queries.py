"""Looks at switches, categories and reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from regulars.contract.channels import BRIDGED, SMARTCOMMS_CHANNELS
from regulars.smartcomms.subscriptions.models import (
    Category,
    CategoryStatus,
    ChannelSwitch,
    Entry,
    UnsubscriptionReason,
)


@dataclass(frozen=True, slots=True)
class CategoryChoice:
    """A category with its status per channel: on, off, or None for absent, which is not refused."""

    code: str
    name: str
    description: str
    is_visible: bool
    statuses: Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a customer may be written about, and over which channels."""

    channels: Mapping[str, bool]
    categories: tuple[CategoryChoice, ...]


def get_choices(person_id: str, *, visible_only: bool = False) -> Choices:
    """How a customer's switches and categories stand; a switch that is missing counts as off, as it does for sending.

    Of each category the channels are shown that its defaults name or that have a status, else those of both systems.
    Inactive categories are shown only where the customer still has a status.
    """
    stands = dict(ChannelSwitch.objects.filter(person_id=person_id).values_list("channel", "is_on"))
    statuses: dict[int, dict[str, bool]] = {}
    for row in CategoryStatus.objects.filter(person_id=person_id):
        statuses.setdefault(row.category_id, {})[row.channel] = row.is_on
    shown = Category.objects.filter(Q(is_active=True) | Q(pk__in=statuses)).order_by("name", "id")
    if visible_only:
        shown = shown.filter(is_visible=True)
    return Choices(
        channels={str(channel): stands.get(channel, False) for channel in SMARTCOMMS_CHANNELS},
        categories=tuple(_choice(category, statuses.get(category.pk, {})) for category in shown),
    )


def _choice(category: Category, statuses: Mapping[str, bool]) -> CategoryChoice:
    named = set(category.defaults) | set(statuses)
    channels = [channel for channel in SMARTCOMMS_CHANNELS if channel in named] or list(BRIDGED)
    cells = {str(channel): statuses.get(channel) for channel in channels}
    return CategoryChoice(category.code, category.name, category.description, category.is_visible, cells)


def is_channel_on(person_id: str, channel: str) -> bool:
    """Whether the customer may be written to over this channel at all."""
    return ChannelSwitch.objects.filter(person_id=person_id, channel=channel, is_on=True).exists()


def off_since(person_id: str, *, channel: str, category: str = "") -> datetime | None:
    """Since when a category on a channel has been off, or the channel without a category; None when it is not."""
    if category:
        code = Category.objects.filter(code=category).values("pk")
        rows = CategoryStatus.objects.filter(person_id=person_id, channel=channel, is_on=False, category_id__in=code)
        return rows.values_list("changed_at", flat=True).first()
    switches = ChannelSwitch.objects.filter(person_id=person_id, channel=channel, is_on=False)
    return switches.values_list("version_at", flat=True).first()


def list_reasons() -> list[UnsubscriptionReason]:
    """The lines of the dictionary that the unsubscribe page offers, in their order."""
    return list(UnsubscriptionReason.objects.filter(is_active=True).order_by("position", "id"))


def find_category_name(code: str) -> str:
    """The name of the category with this code, or nothing."""
    return Category.objects.filter(code=code).values_list("name", flat=True).first() or ""


def list_entries(person_id: str) -> list[Entry]:
    """The customer's consent journal, newest first."""
    return list(Entry.objects.filter(person_id=person_id).order_by("-id"))
