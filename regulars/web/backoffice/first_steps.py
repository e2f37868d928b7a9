"""The first three steps of a new programme, shown on today's page until they are done or the employee puts them away."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from regulars.access.models import TillKey
from regulars.loyalty.offers.models import Offer, OfferState
from regulars.messages.models import Message
from regulars.runs.models import Run

COOKIE = "first_steps"
AWAY = "away"
A_YEAR_S = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do first: what, why, where, and whether it is done."""

    title: str
    why: str
    url: str
    is_done: bool


def of(request: HttpRequest) -> list[Step]:
    """The steps that are the employee's to take; none when all are done or they were put away."""
    if request.COOKIES.get(COOKIE) == AWAY:
        return []
    steps = list(_steps(request))
    return [] if all(step.is_done for step in steps) else steps


def _steps(request: HttpRequest) -> Iterator[Step]:
    may = request.user.has_perm
    if may("access.issue_till_key"):
        yield Step(
            "Give a till its key", "A store, a till in it, and the key that the till signs in with.",
            reverse("admin:loyalty_stores_store_changelist"), TillKey.objects.filter(revoked_at=None).exists(),
        )  # fmt: skip
    if may("offers.publish"):
        yield Step(
            "Publish an offer", "Such as 5 % of every receipt in points. Tills give it within a minute.",
            reverse("admin:loyalty_offers_offer_add"), Offer.objects.filter(state=OfferState.PUBLISHED).exists(),
        )  # fmt: skip
    if may("mailings.change"):
        yield Step(
            "Send yourself a test message", "Write a mailing and send it to your own phone or mailbox first.",
            reverse("admin:loyalty_mailings_mailing_changelist"), _was_tested(),
        )  # fmt: skip


def _was_tested() -> bool:
    if Run.objects.filter(system="loyalty").exists():
        return True
    newest = Message.objects.order_by("-id").values_list("system", flat=True)[:1000]
    return "loyalty" in newest


@require_POST
def put_away(request: HttpRequest) -> HttpResponse:
    """Show the steps no more in this browser."""
    answer = HttpResponseRedirect(reverse("admin:index"))
    answer.set_cookie(COOKIE, AWAY, max_age=A_YEAR_S, path="/backoffice/", httponly=True, samesite="Lax")
    return answer
