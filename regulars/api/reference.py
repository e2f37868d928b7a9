"""The pages that show the APIs: a list of them, and for each its operations, drawn by Scalar from its OpenAPI document."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from regulars.gateways.rabbitmq import letters

# Scalar writes styles into its page; nothing else is allowed to it, and nothing of it may ask another host than ours.
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; font-src 'self'; img-src 'self' data:;"
    " style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
)


class Reference(DocsBase):
    """The page of one API."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Show the document of this API."""
        context = {"title": api.title, "document": self.get_openapi_url(api, kwargs), "example": _example(api, request)}
        answer = render(request, "public/api_reference.html", context)
        answer.headers["Content-Security-Policy"] = POLICY
        return answer


def _example(api: NinjaAPI, request: HttpRequest) -> str:
    """A request to try at once, for the API that tills call."""
    if api.urls_namespace != "pos":
        return ""
    address = request.build_absolute_uri(reverse("pos:list_purchases"))
    return f'curl -H "Authorization: Bearer till_test_…" {address}'


@require_safe
def apis(request: HttpRequest) -> HttpResponse:
    """List the APIs of this installation, and what holds for all of them."""
    return render(request, "public/apis.html", {"has_loyalty": "loyalty" in settings.SYSTEMS})


@require_safe
def broker_letters(request: HttpRequest) -> HttpResponse:
    """The AsyncAPI document of the letters between the systems."""
    return HttpResponse(letters.as_json(), content_type="application/json")
