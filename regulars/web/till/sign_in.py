"""The till's own door: its key is pasted once and stays in a cookie that no script reads."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit import reach
from regulars.kit.actor import Actor
from regulars.kit.request import acting
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.stores.queries import TillAt
from regulars.web.shell.faces import Problem

COOKIE = "regulars_till"
KEPT_S = 365 * 24 * 3600
LONGEST_KEY = 200
UNKNOWN = "No open till has this key. Paste it whole, or ask an administrator for a new one."


def remember(response: HttpResponse, key: str) -> None:
    """Let this browser be the till that holds the key, until it signs out or the key is revoked."""
    is_secure = settings.PUBLIC_ADDRESS.startswith("https://")
    response.set_cookie(COOKIE, key, max_age=KEPT_S, path="/till/", httponly=True, samesite="Lax", secure=is_secure)


def find_till(key: str) -> TillAt | None:
    """The open till that holds this key, or None."""
    key = key.strip()
    return stores.find_by_key(key) if key.isascii() and 0 < len(key) <= LONGEST_KEY else None


def actor(request: HttpRequest, till: TillAt) -> Actor:
    """The till as the one who acts on this page."""
    return Actor("till", till.till_public_id, reach.named("till", till.reach), ip=request.META.get("REMOTE_ADDR"))


def at_till(page: Callable[[HttpRequest, TillAt], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Open a page for a signed-in till only; everybody else is led to the door."""

    @never_cache
    @wraps(page)
    def checked(request: HttpRequest) -> HttpResponse:
        till = find_till(request.COOKIES.get(COOKIE, ""))
        if till is None:
            return _to_the_door(request)
        acting.set("till")
        return page(request, till)

    return checked


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the key, and remember it."""
    problems: list[Problem] = []
    if request.method == "POST":
        key = request.POST.get("key", "").strip()
        if find_till(key) is not None:
            response = redirect("till:till")
            remember(response, key)
            return response
        problems.append(Problem("key", UNKNOWN))
    context = {"problems": problems, "action_url": reverse("till:sign_in"), "home_url": "/"}
    return render(request, "till/sign_in.html", context, status=422 if problems else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget the key in this browser."""
    response = redirect("till:sign_in")
    response.delete_cookie(COOKIE, path="/till/", samesite="Lax")
    return response


def _to_the_door(request: HttpRequest) -> HttpResponse:
    door = reverse("till:sign_in")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": door})
    return HttpResponseRedirect(door)
