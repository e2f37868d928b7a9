"""Joining: what is left to be asked once the phone is proven, on one screen; then the newcomer stands at home."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from regulars.kit import clock
from regulars.kit.phone import masked
from regulars.kit.refusal import Refusal
from regulars.loyalty.members import sign_in as members
from regulars.loyalty.members.sign_in import Newcomer
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.registration import actions as registration
from regulars.loyalty.registration import wordings
from regulars.loyalty.subscriptions.actions import ConsentNeeded
from regulars.web.account import devices, proof, session, sign_in
from regulars.web.shell.faces import Problem


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Ask for a name, if they like, and about messages where the programme asks; then let them in with a card.

    Said twice, or from two windows, they join once.
    """
    if request.method == "GET" and session.find_member(request):
        return redirect("account:home")
    carried = proof.read(request)
    if carried is None or carried.newcomer is None:
        return redirect("account:home" if session.find_member(request) else "account:sign_in")
    if request.method == "GET":
        return _ask(request, carried.newcomer)
    try:
        return sign_in.opened(carried, _joined(request, carried.newcomer))
    except (members.ProofOver, members.WrongCode) as refusal:
        return proof.drop(sign_in.ask_phone(request, next_path=carried.next_path, refusal=refusal))
    except Refusal as refusal:
        return _ask(request, carried.newcomer, refusal)


def _joined(request: HttpRequest, newcomer: Newcomer) -> members.SignedIn:
    return registration.join(
        newcomer,
        first_name="" if "skip" in request.POST else request.POST.get("first_name", ""),
        locale=_locale(),
        consent=request.POST.get("consent") == "yes",
        wording=request.POST.get("wording", "")[:40],
        device=devices.describe(request.headers.get("User-Agent", "")),
        by=session.actor(request),
        at=clock.now(),
    )


def _ask(request: HttpRequest, newcomer: Newcomer, refusal: Refusal | None = None) -> HttpResponse:
    wording, told = wordings.spoken(_locale()), programme.get()
    shown = {
        "phone": masked(newcomer.phone),
        "mode": programme.get_consent_mode(registration.DOOR),
        "wording": wording,
        "question": wording.asked_by(told.name),
        "first_name": request.POST.get("first_name", ""),
        "is_ticked": request.POST.get("consent") == "yes",
        "problems": [Problem(refusal.field or "first_name", _said(refusal))] if refusal else [],
        "brand": told.name,
    }
    return render(request, "account/joining.html", shown, status=refusal.status if refusal else 200)


def _said(refusal: Refusal) -> str:
    if isinstance(refusal, ConsentNeeded):
        return _("Nobody joins without this. Tick the box, or close this page: then nothing is kept of you.")
    if isinstance(refusal, registration.WordingUnknown):
        return _("The question about messages has changed meanwhile. Read it once more.")
    if refusal.field == "first_name":
        return _("This name is too long, or has a character that cannot be kept. A short one will do.")
    return refusal.message


def _locale() -> str:
    return "ru" if (get_language() or "").startswith("ru") else "en"
