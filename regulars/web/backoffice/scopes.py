"""What of the ground's rows an employee of one partner may see."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from regulars.loyalty.mailings.models import Mailing
from regulars.runs.models import Run


def partner_of(request: HttpRequest) -> int | None:
    """The partner the employee works for, or None for the whole programme."""
    partner_id: int | None = getattr(request.user, "partner_id", None)
    return partner_id


def own_messages(request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The messages that the employee's partner may read: those of its own mailings, and those of no mailing."""
    partner_id = partner_of(request)
    if partner_id is None:
        return rows
    mailing_ids = Mailing.objects.filter(partner_id=partner_id).values("public_id")
    run_ids = Run.objects.filter(system="loyalty", mailing_id__in=mailing_ids).values("pk")
    return rows.filter(Q(run_id__isnull=True) | Q(run_id__in=run_ids))
