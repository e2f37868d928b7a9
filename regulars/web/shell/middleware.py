"""Sets the content security policy: strict for every door, with `unsafe-eval` only for the back office's Alpine."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Ticks and arrows of the stylesheets are pictures inside the stylesheet (`data:`); such a picture cannot run anything.
STRICT = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none';"
    " form-action 'self'"
)
BACKOFFICE = f"{STRICT}; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'"


class ContentSecurity:
    """Puts the policy of its door on each answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with a policy header."""
        response = self.get_response(request)
        policy = BACKOFFICE if request.path.startswith(("/backoffice/", "/smartcomms/")) else STRICT
        response.headers.setdefault("Content-Security-Policy", policy)
        return response
