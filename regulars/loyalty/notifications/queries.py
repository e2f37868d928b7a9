"""Looks at the rules of notifications."""

from regulars.loyalty.notifications.models import Rule


def list_for(event: str) -> list[Rule]:
    """The rules that are on for this event."""
    return list(Rule.objects.filter(event=event, is_on=True).order_by("channel"))
