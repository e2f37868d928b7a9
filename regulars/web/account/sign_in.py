"""Signing in: the phone on one screen, the code on the next; the answer never tells who is a member."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit import clock
from regulars.kit.phone import BadPhone, masked
from regulars.kit.refusal import Refusal
from regulars.loyalty.members import sign_in as members
from regulars.loyalty.notifications import actions as notifications
from regulars.loyalty.programme import queries as programme
from regulars.web.account import devices, session
from regulars.web.shell.faces import Problem

PHONE_COOKIE = "regulars_phone"
SALT = "regulars.account.phone"
PHONE_LIVES = timedelta(minutes=15)


@never_cache
@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Ask for the phone number, and send a code to it."""
    if request.method == "GET":
        if session.find_member(request):
            return redirect(session.safe_next(request.GET.get("next", "")))
        return _ask_phone(request, next_path=request.GET.get("next", ""))
    typed, next_path = request.POST.get("phone", ""), request.POST.get("next", "")
    try:
        number = notifications.send_sign_in_code(typed, by=session.actor(request), at=clock.now())
    except Refusal as refusal:
        return _ask_phone(request, typed=typed, next_path=next_path, refusal=refusal)
    response = redirect("account:sign_in_code")
    response.set_cookie(
        PHONE_COOKIE,
        signing.dumps({"phone": number, "next": session.safe_next(next_path)}, salt=SALT),
        max_age=PHONE_LIVES,
        path=reverse("account:sign_in"),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code, and open a session for ninety days to who knows it."""
    asked = _asked(request)
    if asked is None:
        return redirect("account:sign_in")
    if request.method == "GET":
        return _ask_code(request, asked["phone"])
    typed = "".join(filter(str.isalnum, request.POST.get("code", "")))[:12]
    device = devices.describe(request.headers.get("User-Agent", ""))
    try:
        opened = members.sign_in(asked["phone"], typed, device=device, by=session.actor(request), at=clock.now())
    except Refusal as refusal:
        return _ask_code(request, asked["phone"], refusal)
    response = redirect(session.safe_next(asked["next"]))
    session.remember(response, opened)
    response.delete_cookie(PHONE_COOKIE, path=reverse("account:sign_in"), samesite="Lax")
    return response


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


def _asked(request: HttpRequest) -> dict[str, str] | None:
    try:
        found: dict[str, str] = signing.loads(request.COOKIES.get(PHONE_COOKIE, ""), salt=SALT, max_age=PHONE_LIVES)
    except signing.BadSignature:
        return None
    return found


def _ask_phone(
    request: HttpRequest, *, next_path: str, typed: str = "", refusal: Refusal | None = None
) -> HttpResponse:
    problems = [Problem("phone", _said(refusal))] if refusal else []
    shown = {"problems": problems, "phone": typed, "next": next_path, **_brand()}
    return render(request, "account/sign_in.html", shown, status=refusal.status if refusal else 200)


def _ask_code(request: HttpRequest, number: str, refusal: Refusal | None = None) -> HttpResponse:
    problems = [Problem("code", _said(refusal))] if refusal else []
    minutes = int(members.CODE_LIVES.total_seconds() // 60)
    shown = {"problems": problems, "phone": masked(number), "minutes": minutes, **_brand()}
    return render(request, "account/sign_in_code.html", shown, status=refusal.status if refusal else 200)


def _brand() -> dict[str, str]:
    found = programme.find()
    return {"brand": found.name} if found else {}


def _said(refusal: Refusal) -> str:
    if isinstance(refusal, BadPhone):
        return _("This does not look like a phone number. Write it with the country code: +44 7700 900123.")
    if isinstance(refusal, members.WrongCode):
        return _("This code does not fit. Check the last message, or ask for a new code.")
    return refusal.message
