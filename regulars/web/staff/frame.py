"""What every page of employees' sign-in has: English, the programme's name and zone, no cache, and problems told in one list."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

from regulars.web.shell import about
from regulars.web.shell.faces import Problem

type View = Callable[..., Any]
CONTACT_CENTRE = "/contact-centre/"
OPERATORS = {"operator", "senior operator"}
PLACES = {
    "/backoffice/": "the back office",
    "/smartcomms/": "Smart Communications",
    CONTACT_CENTRE: "the contact centre",
}


def framed(view: View) -> View:
    """Let a page speak English, in the programme's zone, and keep it out of every cache."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override("en"), timezone.override(ZoneInfo(about.get().zone)):
            response: HttpResponse = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.render()
        add_never_cache_headers(response)
        return response

    return shown


class Page:
    """What pages of allauth get from us: a template of ours, and what it needs."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the frame and the problems to what allauth shows."""
        shown: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {**shown, **frame(self.request), "problems": problems(shown.get("form"))}


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page shows."""
    return {
        "brand": about.get().brand,
        "zone": timezone.get_current_timezone_name(),
        "can_passkey": can_passkey(request),
    }


def problems(form: Form | None) -> list[Problem]:
    """What does not fit, each with the field that it leads to."""
    if form is None or not form.is_bound:
        return []
    first = next((f"id_{name}" for name, field in form.fields.items() if not field.widget.is_hidden), "main")
    return [
        Problem(first if name == "__all__" or name not in form.fields else f"id_{name}", str(said))
        for name, errors in form.errors.items()
        for said in errors
    ]


def can_passkey(request: HttpRequest) -> bool:
    """Whether browsers make passkeys for this address: over TLS, or on this very machine by its name."""
    return request.is_secure() or request.get_host().partition(":")[0] == "localhost"


def place_of(path: str) -> str:
    """What an address belongs to, as one says it."""
    return next((place for start, place in PLACES.items() if path.startswith(start)), "")


def home(employee: Any) -> str:
    """Where an employee goes who wanted nothing in particular: operators to the contact centre, others to the back office."""
    is_operator = bool(employee.roles) and set(employee.roles) <= OPERATORS
    return CONTACT_CENTRE if is_operator and "loyalty" in settings.SYSTEMS else str(settings.LOGIN_REDIRECT_URL)
