"""Who is on duty: the guard that lets employees with a permission in, and the frame of every page of the door."""

from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.kit.refusal import NotFound, Refusal
from regulars.kit.text import is_storable
from regulars.loyalty.members import actions as members_room
from regulars.loyalty.members import queries as members
from regulars.loyalty.programme import queries as programme

if TYPE_CHECKING:
    from regulars.access.models import Employee
    from regulars.loyalty.members.models import Member

DOOR = "contact_centre"
OPEN = "members.open_profile"
MAY = {"block": "cards.block", "register": "members.register"}  # what templates ask for

type View[**Rest] = Callable[Concatenate[HttpRequest, Rest], HttpResponse]
type MemberView[**Rest] = Callable[Concatenate[HttpRequest, "Member", Rest], HttpResponse]


def on_duty[**Rest](permission: str = OPEN) -> Callable[[View[Rest]], View[Rest]]:
    """Open a page to employees who hold a permission, in English and in the programme's zone, out of every cache.

    Others are led to the sign-in or told that they may not. What a room refuses is shown as a page with its status.
    """

    def decorate(view: View[Rest]) -> View[Rest]:
        def guarded(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
            if not (request.user.is_authenticated and request.user.is_staff):
                return _to_sign_in(request)
            if not request.user.has_perm(permission):
                raise PermissionDenied
            known = programme.find()
            with translation.override("en"), timezone.override(known.time_zone if known else "UTC"):
                try:
                    response = view(request, *args, **kwargs)
                except Refusal as refusal:
                    response = _refused(request, refusal)
            add_never_cache_headers(response)
            return response

        return update_wrapper(guarded, view)

    return decorate


def of_member[**Rest](page: str, permission: str = OPEN) -> Callable[[MemberView[Rest]], View[Any]]:
    """Open a page about a member, and write each look at it into the journal; `page` is its code there."""

    def decorate(view: MemberView[Rest]) -> View[Any]:
        def found(request: HttpRequest, public_id: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
            member = members.get_by_public_id(public_id)
            if request.method in ("GET", "HEAD"):
                members_room.open_profile(member, page=page, by=actor(request), at=clock.now())
            return view(request, member, *args, **kwargs)

        return on_duty(permission)(update_wrapper(found, view))

    return decorate


def employee_of(request: HttpRequest) -> "Employee":
    """The employee who asks; only behind the guard."""
    employee: Any = request.user
    return employee  # type: ignore[no-any-return]


def actor(request: HttpRequest) -> Actor:
    """The employee as the one who acts through this door."""
    return Actor("employee", employee_of(request).login, DOOR, ip=request.META.get("REMOTE_ADDR"))


def typed(values: Mapping[str, str], name: str, longest: int = 200) -> str:
    """What was typed into a field, if the database could store it, without blanks around it."""
    text = values.get(name, "").strip()[:longest]
    return text if is_storable(text) else ""


def frame(request: HttpRequest, member: "Member | None" = None) -> dict[str, Any]:
    """What the frame of every page shows; with a member, what belongs to the member's pages."""
    shown: dict[str, Any] = {
        "brand": programme.get().name,
        "person": str(employee_of(request)),
        "home_url": reverse("contact_centre:home"),
        "signout_url": reverse("account_logout"),
        "zone": timezone.get_current_timezone_name(),
        "may": {name: request.user.has_perm(permission) for name, permission in MAY.items()},
    }
    return shown | ({"member": member, "member_id": member.public_id} if member is not None else {})


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
    response = redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
    add_never_cache_headers(response)
    return response


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    title = _("There is nothing here") if isinstance(refusal, NotFound) else _("This cannot be done")
    shown = {"title": title, "text": refusal.message, "way_url": reverse("contact_centre:home")}
    return render(request, "shell/problem.html", shown | {"way": _("Back to the search")}, status=refusal.status)
