"""Every error of every API in one form: problem documents (RFC 9457) with a stable code and the user's words."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja.errors import AuthenticationError, HttpError, ValidationError

from regulars.kit import request
from regulars.kit.refusal import Refusal

CONTENT_TYPE = "application/problem+json"
REQUEST_ID = "Request-Id"
REPLAYED = "Idempotent-Replayed"


class Standing(NamedTuple):
    """What an HTTP status says when nobody had more to say."""

    code: str
    title: str
    detail: str


BY_STATUS: Mapping[int, Standing] = {
    400: Standing("request_not_readable", "The request cannot be read", "Check the address, the headers and the body."),
    401: Standing("key_needed", "A valid key is needed", "Send the key that belongs to this door."),
    403: Standing("not_allowed", "This is not allowed", "The key that was sent may not do this."),
    404: Standing("not_found", "There is nothing here", "No such address, or nothing has that id."),
    405: Standing("method_not_allowed", "This address has another method", "The header Allow lists the methods."),
    408: Standing("request_too_slow", "The request took too long to arrive", "Send it again."),
    409: Standing("conflict", "The request does not fit the present state", "Read the present state and try again."),
    413: Standing("body_too_large", "The body is too large", "Send less in one request."),
    415: Standing("media_type_unknown", "The body has a type that is not known here", "Send JSON in UTF-8."),
    422: Standing("fields_need_correcting", "Some fields need correcting", "See the list of errors."),
    429: Standing("too_many_requests", "Too many requests", "Wait as long as the header Retry-After says."),
    500: Standing("our_fault", "Something failed on our side", "Nothing was changed. Quote the request id to support."),
    503: Standing("not_available_now", "This is not available right now", "Try again in a moment."),
}


def problem(
    status: int,
    code: str = "",
    title: str = "",
    detail: str = "",
    errors: Sequence[Mapping[str, str]] = (),
    **extra: Any,
) -> HttpResponse:
    """Answer with a problem document; what is left out is said by the status.

    `errors` are `{pointer, message, code}`: a JSON pointer into the body (`#/lines/0/quantity`), or `parameter` and
    `in` instead of a pointer for what is not in the body. `extra` become further members; `retry_after_s` also becomes
    the header.
    """
    standing = BY_STATUS.get(status) or BY_STATUS[400 if status < 500 else 500]
    code = code or standing.code
    document = {
        "type": f"/docs/errors#{code}",
        "title": title or standing.title,
        "status": status,
        "detail": detail or standing.detail,
        "code": code,
        "request_id": request.request_id.get() or request.begin(),
        **extra,
    }
    if errors:
        document["errors"] = list(errors)
    answer = HttpResponse(orjson.dumps(document, default=str), status=status, content_type=CONTENT_TYPE)
    answer["Cache-Control"] = "no-store"
    answer[REQUEST_ID] = document["request_id"]
    if "retry_after_s" in extra:
        answer["Retry-After"] = str(extra["retry_after_s"])
    if status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def pointer(field: str) -> dict[str, str]:
    """Say where a field is: `lines.0.quantity` is in the body, `header:…`, `path:…`, `query:…` are not."""
    place, separator, name = field.partition(":")
    if separator and place in {"header", "path", "query"}:
        return {"parameter": name, "in": place}
    return {"pointer": "#/" + field.replace(".", "/").strip("/")}


def title_of(kind: type[Exception]) -> str:
    """The first sentence of an exception's docstring, without its full stop."""
    return (kind.__doc__ or "").strip().partition("\n")[0].rstrip(".")


def answer_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Tell what cannot be, and which field would have to change."""
    errors = []
    if refusal.field:
        errors = [{**pointer(refusal.field), "message": refusal.message, "code": refusal.code}]
    return problem(
        refusal.status, refusal.code, title_of(type(refusal)), refusal.message, errors, **_free(refusal.extra)
    )


def _free(extra: Mapping[str, Any]) -> dict[str, Any]:
    taken = {"status", "code", "title", "detail", "errors", "type", "request_id"}
    return {name: value for name, value in extra.items() if name not in taken}


def answer_wrong_fields(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Tell which fields are wrong; the door's `Api` has already put each into words."""
    first = error.errors[0]
    where = first.get("pointer", "").removeprefix("#/") or first.get("parameter", "")
    detail = f"{where}: {first['message']}" if where else str(first["message"])
    more = len(error.errors) - 1
    return problem(422, detail=detail + (f" And {more} more." if more else ""), errors=error.errors)


def answer_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Tell what Ninja refused; a body that is no JSON says where it breaks."""
    if isinstance(error.__cause__, orjson.JSONDecodeError):
        return problem(400, "body_not_json", "The body is not JSON", f"It cannot be read: {error.__cause__}.")
    if isinstance(error, AuthenticationError):
        return problem(401)
    if isinstance(error.__cause__, HttpError):
        error = error.__cause__
    return problem(error.status_code, detail=error.message if error.status_code < 500 else "")


def answer_not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    """Tell that there is nothing."""
    return problem(404)


def answer_too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """Tell that the body is larger than we read."""
    return problem(413)


def answer_unread(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:
    """Tell a caller who hung up in the middle of the body; nobody will read it."""
    return problem(400)
