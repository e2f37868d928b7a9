"""Keeps the pages for employees shut until the second factor was set up and asked for in this session."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from regulars.access import factors
from regulars.access.factors import Factor
from regulars.web.staff.frame import home

DOORS = ("/backoffice/", "/smartcomms/", "/contact-centre/")
HERE = "/staff/"
# Pages of /staff/ that open before the second factor was asked for: they ask for it, set it up, or end the session.
BEFORE = (
    "account_login", "account_logout", "mfa_authenticate", "account_reauthenticate", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
)  # fmt: skip
WANTED = "regulars.staff.wanted"


class SecondFactor:
    """Sends an employee without a second factor to set one up, and one who has not shown it in this session to show it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or lead to the second factor."""
        way = _way(request)
        if way is None:
            return self.get_response(request)
        return HttpResponseClientRedirect(way) if getattr(request, "htmx", False) else redirect(way)


def _way(request: HttpRequest) -> str | None:
    if not settings.SECOND_FACTOR_REQUIRED or not request.path.startswith((*DOORS, HERE)):
        return None
    if not request.user.is_authenticated:
        return None
    found, is_door = factors.list_factors(request.user.pk), request.path.startswith(DOORS)
    if not any(factor.is_second for factor in found):
        if is_door:
            request.session[WANTED] = request.get_full_path() if request.method == "GET" else request.path
            return reverse("mfa_activate_totp")
        return None
    if is_shown(request, found) or request.path in map(reverse, BEFORE):
        return None
    way = reverse("mfa_reauthenticate")
    return f"{way}?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else way


def is_shown(request: HttpRequest, found: Sequence[Factor]) -> bool:
    """Whether one of these factors, as they are now, was shown in this session."""
    known = {factor.id for factor in found}
    records: list[Mapping[str, Any]] = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" and record.get("id") in known for record in records)


def note_shown(request: HttpRequest, factor: Factor) -> None:
    """Remember for this session that this factor was shown."""
    record_authentication(request, request.user, "mfa", id=factor.id, type=factor.kind)


def wanted(request: HttpRequest) -> str:
    """Where the employee wanted to go before the second factor came between."""
    return str(request.session.pop(WANTED, "") or home(request.user))
