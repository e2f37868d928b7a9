"""Looks at the queue: counts by state, a person's messages, the gateways that are in use."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from regulars.messages.models import Gateway, Message, Receipt


@dataclass(frozen=True, slots=True)
class Account:
    """A provider's account, as a sender needs it."""

    id: int
    name: str
    channel: str
    provider: str
    settings: Mapping[str, Any]


def count_by_state(system: str | None = None) -> dict[str, dict[str, int]]:
    """How many messages of each channel stand in which state."""
    messages = Message.objects.all() if system is None else Message.objects.filter(system=system)
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    for channel, state, count in messages.values_list("channel", "state").annotate(count=Count("id")):
        counted[channel][state] = count
    return dict(counted)


def count_waiting() -> int:
    """How many messages are queued or on their way to a gateway."""
    return Message.objects.filter(state__in=["queued", "claimed", "submitting"]).count()


def count_unmatched_receipts() -> int:
    """How many receipts have found no message."""
    return Receipt.objects.count()


def list_accounts_on() -> list[Account]:
    """The gateways that senders use."""
    columns = (
        Gateway.objects.filter(is_on=True).order_by("id").values_list("id", "name", "channel", "provider", "settings")
    )
    return [Account(*row) for row in columns]


def oldest_waiting(channel: str) -> datetime | None:
    """When the oldest message of a channel that waits was ready to go."""
    waiting = Message.objects.filter(channel=channel, state="queued").order_by("next_at")
    return waiting.values_list("next_at", flat=True).first()
