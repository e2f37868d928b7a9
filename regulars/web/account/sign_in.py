"""One door: the phone on one screen, the code on the next; the answer never tells who is a member and who may become one."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit import clock
from regulars.kit.phone import BadPhone, masked
from regulars.kit.refusal import Refusal
from regulars.loyalty.members import sign_in as members
from regulars.loyalty.members.floods import TooManyCodes
from regulars.loyalty.notifications import actions as notifications
from regulars.loyalty.programme import queries as programme
from regulars.web.account import devices, proof, session
from regulars.web.account.proof import Carried
from regulars.web.shell import figures
from regulars.web.shell.faces import Problem


@never_cache
@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Ask for the phone number, and send a code to it."""
    if programme.find() is None:
        return not_open(request)
    if request.method == "GET":
        if session.find_member(request):
            return redirect(session.safe_next(request.GET.get("next", "")))
        return ask_phone(request, next_path=request.GET.get("next", ""))
    typed, next_path = request.POST.get("phone", ""), request.POST.get("next", "")
    try:
        number = _send(request, typed)
    except Refusal as refusal:
        return ask_phone(request, typed=typed, next_path=next_path, refusal=refusal)
    return proof.carry(redirect("account:sign_in_code"), Carried(number, session.safe_next(next_path)))


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code; who knows it is signed in for ninety days, or may join when nobody has the phone."""
    carried = proof.read(request)
    if carried is None:
        return redirect("account:sign_in")
    if request.method == "GET":
        return _ask_code(request, carried)
    try:
        if "again" in request.POST:
            _send(request, carried.phone)
            return _ask_code(request, carried, is_sent_again=True)
        return _entered(request, carried)
    except Refusal as refusal:
        return _ask_code(request, carried, refusal)


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Close the session of this browser; a second time changes nothing."""
    member = session.find_member(request)
    if member is not None:
        members.sign_out(request.COOKIES[session.COOKIE], by=session.actor(request, member), at=clock.now())
    response = redirect("account:sign_in")
    session.forget(response)
    return response


def opened(carried: Carried, signed: members.SignedIn) -> HttpResponse:
    """Lead who is signed in from now on to where they wanted to go."""
    response = redirect(session.safe_next(carried.next_path))
    session.remember(response, signed)
    return proof.drop(response)


def not_open(request: HttpRequest) -> HttpResponse:
    """Say that there is nothing to join yet, and who can change that."""
    shown = {
        "title": _("This programme has not opened yet"),
        "text": _(
            "There are no cards to have here so far. If you work here: the front page says what is left to be done."
        ),
    }
    return render(request, "shell/problem.html", shown)


def ask_phone(
    request: HttpRequest, *, next_path: str = "", typed: str = "", refusal: Refusal | None = None
) -> HttpResponse:
    """Show the first screen, with what was wrong."""
    problems = [Problem("phone", said(refusal))] if refusal else []
    shown: dict[str, Any] = {"problems": problems, "phone": typed, "next": next_path, **brand()}
    return _answer(request, "account/sign_in.html", shown, refusal)


def brand() -> dict[str, str]:
    """The programme's name for the frame of the page."""
    found = programme.find()
    return {"brand": found.name} if found else {}


def said(refusal: Refusal) -> str:
    """What was wrong, in the reader's words and language."""
    if isinstance(refusal, BadPhone):
        return _("This does not look like a phone number. Write it with the country code: +44 7700 900123.")
    if isinstance(refusal, members.WrongCode):
        return _("This code does not fit. Check the last message, or ask for a new code.")
    if isinstance(refusal, members.ProofOver):
        return _("Too much time has passed since the code. Ask for a new one.")
    if isinstance(refusal, TooManyCodes):
        with timezone.override(ZoneInfo(programme.get().time_zone)):
            at = figures.clock_time(refusal.again_at)
        return _("So many codes were asked for lately that we send no more for now. Try again after %(at)s.") % {
            "at": at
        }
    return refusal.message


def _send(request: HttpRequest, typed: str) -> str:
    locale = (get_language() or "en")[:2]
    return notifications.send_sign_in_code(typed, locale=locale, by=session.actor(request), at=clock.now())


def _entered(request: HttpRequest, carried: Carried) -> HttpResponse:
    typed = "".join(filter(str.isalnum, request.POST.get("code", "")))[:12]
    device = devices.describe(request.headers.get("User-Agent", ""))
    found = members.enter(carried.phone, typed, device=device, by=session.actor(request), at=clock.now())
    if isinstance(found, members.SignedIn):
        return opened(carried, found)
    return proof.carry(redirect("account:join"), Carried(found.phone, carried.next_path, found.proven_at))


def _ask_code(
    request: HttpRequest, carried: Carried, refusal: Refusal | None = None, *, is_sent_again: bool = False
) -> HttpResponse:
    problems = [Problem("code", said(refusal))] if refusal else []
    minutes = int(members.CODE_LIVES.total_seconds() // 60)
    shown = {"problems": problems, "phone": masked(carried.phone), "minutes": minutes, "is_sent_again": is_sent_again}
    return _answer(request, "account/sign_in_code.html", shown | brand(), refusal)


def _answer(request: HttpRequest, template: str, shown: dict[str, Any], refusal: Refusal | None) -> HttpResponse:
    response = render(request, template, shown, status=refusal.status if refusal else 200)
    if isinstance(refusal, TooManyCodes):
        seconds = (refusal.again_at - clock.now()).total_seconds()
        response.headers["Retry-After"] = str(max(1, int(seconds)))
    return response
