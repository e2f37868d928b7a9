"""How an API is made: orjson in and out, problem documents for every error, and OpenAPI that admits them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError, ValidationErrorContext
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from pydantic import BaseModel

from regulars.api import answers, complaints
from regulars.api.answers import problem as problem
from regulars.api.complaints import NO_NUL as NO_NUL
from regulars.api.reference import Reference
from regulars.kit.refusal import Refusal

PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "Where the error is explained."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened this time, in plain words."},
        "code": {"type": "string", "description": "Stable; programs go by this."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message", "code"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body."},
                    "parameter": {"type": "string"},
                    "in": {"type": "string", "enum": ["path", "query", "header"]},
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}

_ANSWERS: Mapping[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    ValidationError: answers.answer_wrong_fields,
    Refusal: answers.answer_refusal,
    HttpError: answers.answer_http_error,
    Http404: answers.answer_not_found,
    RequestDataTooBig: answers.answer_too_large,
    UnreadablePostError: answers.answer_unread,
}


class OrjsonParser(Parser):
    """Reads bodies with orjson, which refuses broken UTF-8, lone surrogates, NaN and deep nesting."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Read the body; raises `HttpError` 415 when it says that it is something else than JSON."""
        if (request.content_type or "application/json") != "application/json":
            raise HttpError(415, "")
        return orjson.loads(request.body)


class OrjsonRenderer(BaseRenderer):
    """Writes answers with orjson."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Write an answer."""
        return orjson.dumps(data, default=_plain, option=orjson.OPT_SORT_KEYS)


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else str(value)


class Api(NinjaAPI):
    """An API of ours."""

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        """Put what is wrong with the fields into words, while the models are still at hand."""
        found: list[dict[str, Any]] = []
        for context in error_contexts:
            errors = context.pydantic_validation_error.errors(include_url=False, include_input=False)
            kind: Any = context.model
            found += complaints.complain(_unflattened(errors, kind), kind, str(kind.__ninja_param_source__))
        return ValidationError(found)

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Describe the API, with the problem documents that each operation may answer."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schema["components"]["schemas"]["Problem"] = PROBLEM_SCHEMA
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                _admit(operation, _statuses(path, method, operation))
        return schema


def _unflattened(errors: Sequence[Any], kind: Any) -> list[dict[str, Any]]:
    back = kind.__ninja_flatten_map_reverse__
    return [{**error, "loc": back.get(error["loc"], error["loc"])} for error in errors]


def _statuses(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    statuses = [400, 413, 422, 429]
    statuses += [401, 403] if operation.get("security") else []
    statuses += [404] if "{" in path else []
    return sorted([*statuses, 409, 415] if method != "get" else statuses)


def _admit(operation: dict[str, Any], statuses: Sequence[int]) -> None:
    for status in statuses:
        answer = {
            "description": answers.BY_STATUS[status].title,
            "content": {answers.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        if status not in operation["responses"]:
            operation["responses"][status] = answer


def make_api(
    title: str,
    version: str,
    urls_namespace: str,
    *,
    auth: Sequence[Callable[..., Any]] | Callable[..., Any] | None,
    description: str,
) -> Api:
    """Make the API of one door; `auth` None means that anybody may come in."""
    api = Api(
        title=title,
        version=version,
        urls_namespace=urls_namespace,
        auth=auth,
        description=description,
        parser=OrjsonParser(),
        renderer=OrjsonRenderer(),
        docs=Reference(),
    )
    for kind, answer in _ANSWERS.items():
        api.add_exception_handler(kind, answer)
    return api
