"""Looks at the queue: counts by state, a person's messages."""

from collections import defaultdict
from datetime import datetime

from django.db.models import Count

from regulars.messages.models import Message, Receipt


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


def oldest_waiting(channel: str) -> datetime | None:
    """When the oldest message of a channel that waits was ready to go."""
    waiting = Message.objects.filter(channel=channel, state="queued").order_by("next_at")
    return waiting.values_list("next_at", flat=True).first()
