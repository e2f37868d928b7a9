"""Answers 503 with the sentence and the command that help, as long as the database does not fit the program."""

import json
from collections.abc import Callable

import psycopg
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.kit import schema_state
from regulars.kit.request import request_id
from regulars.kit.schema_state import SchemaNotCurrent, Standing
from regulars.web.shell.middleware import STRICT

OPEN = ("/healthz", "/readyz", "/metrics", "/static/")
_RETRY_AFTER_S = 15


class SchemaIsCurrent:
    """Lets nobody in before the schema is as this code wants it; once it was, this costs one comparison."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or say why that cannot be done now. A database that is away is the page's own trouble."""
        try:
            is_open = schema_state.is_current() or request.path_info.startswith(OPEN)
        except psycopg.Error:
            is_open = True
        return self.get_response(request) if is_open else _not_now(request, schema_state.look())


def _not_now(request: HttpRequest, standing: Standing) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        answer = HttpResponse(_problem(standing), status=503, content_type="application/problem+json")
    else:
        answer = render(request, "503.html", {"standing": standing}, status=503)
        answer["Content-Security-Policy"] = STRICT
    answer["Retry-After"] = str(_RETRY_AFTER_S)
    answer["Cache-Control"] = "no-store"
    return answer


def _problem(standing: Standing) -> str:
    return json.dumps(
        {
            "type": f"/docs/errors#{SchemaNotCurrent.code}",
            "title": "The database does not fit the program at this moment",
            "status": 503,
            "detail": f"{standing.sentence} The administrator's way: {standing.fix}.",
            "code": SchemaNotCurrent.code,
            "request_id": request_id.get(),
            "retry_after_s": _RETRY_AFTER_S,
        }
    )
