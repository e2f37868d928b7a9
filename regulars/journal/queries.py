"""Looks at what happened and at what still waits."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from regulars.journal.models import Delivery, Entry


def list_entries(person_id: str) -> QuerySet[Entry]:
    """All entries about a person, newest first."""
    return Entry.objects.filter(person_id=person_id).order_by("-id")


def list_by_employees(events: Sequence[str], limit: int = 10) -> list[Entry]:
    """What employees did of these events, newest first."""
    return list(Entry.objects.filter(event__in=events, by_kind="employee").order_by("-id")[:limit])


def count_waiting() -> int:
    """How many deliveries wait for their reaction."""
    return Delivery.objects.filter(state="waiting").count()


def oldest_waiting() -> datetime | None:
    """When the oldest waiting delivery was due."""
    return Delivery.objects.filter(state="waiting").order_by("next_at").values_list("next_at", flat=True).first()
