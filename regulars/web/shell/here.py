"""Pages that only the demo has, and only for a browser on this machine."""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP")

type View = Callable[..., HttpResponse]


def only_here(view: View) -> View:
    """Let a page exist only under the demo and for browsers on this machine; whoever comes through a proxy is not here."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if not settings.IS_DEMO or not is_from_here(request):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser runs on this machine."""
    try:
        is_loopback = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    return is_loopback and not any(request.META.get(name) for name in FORWARDED)
