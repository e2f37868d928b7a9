"""Who is signed in: the members' cookie, and the guard that sends everybody else to the sign-in page."""

from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.kit.request import acting
from regulars.loyalty.members import sign_in as members
from regulars.loyalty.programme import queries as programme
from regulars.web.shell.faces import Tab

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member
    from regulars.loyalty.members.sign_in import SignedIn

COOKIE = "regulars_member"
DOOR = "account"
TABS = (("home", "qr_code_2"), ("points", "toll"), ("subscriptions", "notifications"), ("devices", "lock"))

type View[**Rest] = Callable[Concatenate[HttpRequest, Rest], HttpResponse]
type MemberView[**Rest] = Callable[Concatenate[HttpRequest, "Member", Rest], HttpResponse]


def signed_in[**Rest](view: MemberView[Rest]) -> View[Rest]:
    """Open a page to a signed-in member only, in the member's time zone, and keep it out of every cache.

    What a room refuses is shown as a page with its status.
    """

    def guarded(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        member = find_member(request)
        if member is None:
            return _to_sign_in(request)
        with timezone.override(ZoneInfo(zone_of(member))):
            try:
                response = view(request, member, *args, **kwargs)
            except Refusal as refusal:
                response = _refused(request, refusal)
        add_never_cache_headers(response)
        return response

    return update_wrapper(guarded, view)


def find_member(request: HttpRequest) -> "Member | None":
    """The member whose session the browser's cookie opens, or None."""
    token = request.COOKIES.get(COOKIE, "")
    member = members.find_signed_in(token, at=clock.now()) if token else None
    if member is not None:
        acting.set("member")
    return member


def remember(response: HttpResponse, signed: "SignedIn") -> None:
    """Give the browser its cookie for ninety days."""
    response.set_cookie(
        COOKIE,
        signed.token,
        max_age=members.SESSION_LIVES,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def forget(response: HttpResponse) -> None:
    """Take the cookie away."""
    response.delete_cookie(COOKIE, samesite="Lax")


def actor(request: HttpRequest, member: "Member | None" = None) -> Actor:
    """The member as the one who acts through this door; nobody yet while signing in."""
    return Actor("member", member.public_id if member else "", DOOR, ip=request.META.get("REMOTE_ADDR"))


def called(member: "Member") -> str:
    """What a page calls the member: who gave no name is not called by an id."""
    return f"{member.first_name} {member.last_name}".strip() or _("My card")


def zone_of(member: "Member") -> str:
    """The zone in which the member reads times."""
    return member.time_zone or programme.get().time_zone


def frame(member: "Member", current: str) -> dict[str, Any]:
    """What the frame of every page of a signed-in member shows; `current` is the page's name."""
    labels = {"home": _("Card"), "points": _("Points"), "subscriptions": _("Messages"), "devices": _("Devices")}
    tabs = [Tab(reverse(f"account:{name}"), labels[name], icon, name == current) for name, icon in TABS]
    return {
        "brand": programme.get().name,
        "tabs": tabs,
        "home_url": reverse("account:home"),
        "signout_url": reverse("account:sign_out"),
        "zone": zone_of(member),
    }


def safe_next(wanted: str) -> str:
    """A path of this host that may follow the sign-in; anything else leads home."""
    is_path = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_path else reverse("account:home")


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    address = reverse("account:sign_in")
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(address)
    if request.method == "GET" and request.get_full_path() != reverse("account:home"):
        address += "?" + urlencode({"next": request.get_full_path()})
    response = redirect(address)
    add_never_cache_headers(response)
    return response


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    shown = {"title": _("This cannot be done"), "text": refusal.message, "way_url": reverse("account:home")}
    return render(request, "shell/problem.html", shown | {"way": _("Back to your card")}, status=refusal.status)
