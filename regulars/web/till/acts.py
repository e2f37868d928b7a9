"""The form of every act at the till: signed in, the basket in hand, refusals said, and what was typed kept."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from regulars.kit import clock
from regulars.kit.refusal import Refusal
from regulars.kit.text import is_storable
from regulars.loyalty.stores.queries import TillAt
from regulars.web.till.basket import Draft
from regulars.web.till.page import Said, show
from regulars.web.till.sign_in import at_till
from regulars.web.till.typed import LONGEST


def act(change: Callable[[HttpRequest, TillAt, Draft], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Make a view of an act: it gets the basket that the form carried, and a refusal leaves that basket as it was."""

    @require_POST
    @at_till
    @wraps(change)
    def acted(request: HttpRequest, till: TillAt) -> HttpResponse:
        draft = Draft.read(request.POST.get("basket", ""), till, clock.now())
        try:
            return change(request, till, draft)
        except Refusal as refusal:
            return show(
                request,
                till,
                draft,
                said=Said(refusal.message),
                query=kept(request, "code"),
                given=kept(request, "given"),
                points=kept(request, "points"),
                typed={line.id: kept(request, f"quantity_{line.id}") for line in draft.state.lines},
            )

    return acted


def kept(request: HttpRequest, field: str) -> str:
    """What was typed into a field, to be shown again."""
    text = request.POST.get(field, "")
    return text[:LONGEST] if is_storable(text) else ""
