"""How an operation of an API ends: a year ahead, said in every answer (RFC 9745, RFC 8594) and in its OpenAPI document."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from ninja.decorators import decorate_view
from ninja.operation import Operation
from ninja.utils import contribute_operation_callback

NOTICE = timedelta(days=365)


def ends[View: Callable[..., Any]](*, deprecated: date, sunset: date, instead: str) -> Callable[[View], View]:
    """Say that an operation is deprecated since a day and goes on another, at least a year later; `instead` says what to call.

    Write it below `@router.get(…)`. Every answer, refusals too, then carries the headers `Deprecation` and `Sunset`.
    """
    if sunset - deprecated < NOTICE:
        raise ValueError("An operation is told to end at least a year ahead.")
    said = f"Deprecated since {deprecated:%d %B %Y}; answers until {sunset:%d %B %Y}. {instead}"
    headers = {
        "Deprecation": f"@{_instant(deprecated)}",
        "Sunset": http_date(_instant(sunset)),
        "Link": '</docs/api#endings>; rel="deprecation"; type="text/html"',
    }

    def decorated(view: View) -> View:
        contribute_operation_callback(view, partial(_describe, said=said))
        marked: View = decorate_view(partial(_with_headers, headers=headers))(view)
        return marked

    return decorated


def _instant(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


def _describe(operation: Operation, *, said: str) -> None:
    operation.deprecated = True
    operation.description = f"{said}\n\n{operation.description or ''}".strip()


def _with_headers(run: Callable[..., HttpResponse], *, headers: dict[str, str]) -> Callable[..., HttpResponse]:
    @wraps(run)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = run(request, *args, **kwargs)
        for name, value in headers.items():
            response.headers[name] = value
        return response

    return answer
