"""Registers somebody who calls and is not a member yet: a phone, a name, and the answer about mailings."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.kit import clock
from regulars.kit.refusal import Refusal
from regulars.loyalty.cards import queries as cards
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.registration import actions as registration
from regulars.web.contact_centre.duty import DOOR, actor, frame, on_duty, typed
from regulars.web.shell.faces import Problem

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member

FIELDS = ("phone", "first_name", "last_name", "email")
ANSWERS = {"yes": True, "no": False}
WORDING = "contact centre: messages about offers and points (1)"


class ConsentNotAsked(Refusal):
    """The programme asks about messages, and no answer was given."""

    code = "consent_not_asked"


@require_http_methods(["GET", "HEAD", "POST"])
@on_duty("members.register")
def register(request: HttpRequest) -> HttpResponse:
    """Ask what is needed, and let the person join; who is a member already is refused with the field."""
    given = request.POST if request.method == "POST" else request.GET
    told: dict[str, Any] = {name: typed(given, name) for name in FIELDS}
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            made = _register(request, told)
        except Refusal as refusal:
            field = refusal.field if refusal.field in (*FIELDS, "consent") else "phone"
            problems = [Problem(field, refusal.message)]
        else:
            messages.success(request, _("%(name)s is a member now.") % {"name": made})
            return redirect("contact_centre:member", made.public_id)
    shown = {
        "told": told,
        "problems": problems,
        "wrong": {problem.field for problem in problems},
        "mode": programme.get_consent_mode(DOOR),
        "answer": given.get("consent", ""),
    }
    return render(request, "contact_centre/register.html", frame(request) | shown, status=422 if problems else 200)


def _register(request: HttpRequest, told: dict[str, Any]) -> "Member":
    made = registration.register(
        Profile(**told),
        via=DOOR,
        series=cards.find_virtual_series(),
        consent=_consent(request),
        wording=WORDING,
        by=actor(request),
        at=clock.now(),
    )
    return made.member


def _consent(request: HttpRequest) -> bool | None:
    """The caller's answer; None while the step is hidden."""
    if programme.get_consent_mode(DOOR) == "hidden":
        return None
    answer = ANSWERS.get(request.POST.get("consent", ""))
    if answer is None:
        raise ConsentNotAsked(_("Ask about messages first, then choose the answer."), field="consent")
    return answer
