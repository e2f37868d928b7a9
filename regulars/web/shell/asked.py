"""One line and one measurement for each request, whatever answers it: method, path, status, time, and what kind of actor asked."""

import logging
import re
import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from regulars.kit.actor import Actor
from regulars.kit.request import acting
from regulars.web.shell import measuring

log = logging.getLogger("regulars.requests")

# What a member or a customer is known by: public ids wherever they stand, inner ids on the pages of their tables.
_PEOPLE = re.compile(r"\b(mem|cus|car|ses)_[0-9a-z]{6,}|(?<=/member/)\d+|(?<=/customer/)\d+")
# Asked every few seconds, or for each page several times: only worth a line to who looks for something.
_OFTEN = ("/healthz", "/readyz", "/metrics", "/static/")
_NOBODY, _UNKNOWN = "nobody", "unknown"


class Asked:
    """Writes down each request when it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, and say how it went."""
        began = time.perf_counter()
        acting.set("")
        answer = self.get_response(request)
        taken = time.perf_counter() - began
        door = door_of(request)
        measuring.count(door, answer.status_code, taken)
        level = logging.DEBUG if request.path_info.startswith(_OFTEN) else logging.INFO
        if log.isEnabledFor(level):
            _write(level, request, answer, door, taken)
        return answer


def _write(level: int, request: HttpRequest, answer: HttpResponseBase, door: str, taken: float) -> None:
    told = {
        "method": request.method,
        "path": _PEOPLE.sub("…", request.path_info),
        "status": answer.status_code,
        "ms": round(taken * 1000, 1),
        "door": door,
        "actor": actor_kind(request),
    }
    log.log(level, "asked", extra=told)


def door_of(request: HttpRequest) -> str:
    """The door by which a request came in, by the address that answered it; `unknown` when none did."""
    match = request.resolver_match
    if match is None:
        return "static" if request.path_info.startswith("/static/") else _UNKNOWN
    first, _, rest = match.route.partition("/")
    if first == "api":
        return f"api/{rest.partition('/')[0]}"
    return first or "front"


def actor_kind(request: HttpRequest) -> str:
    """What kind of actor asked, as far as somebody looked: nothing is looked up for it."""
    if kind := acting.get():
        return kind
    auth = getattr(request, "auth", None)
    if auth is not None:
        return auth.kind if isinstance(auth, Actor) else "till"
    user = getattr(request, "_cached_user", None)
    return "employee" if user is not None and user.is_authenticated else _NOBODY
