"""Puts what is wrong with a request's fields into the caller's words: where it is, what it must be, what was meant."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel

from regulars.api.answers import pointer

NO_NUL = r"^[^\x00]*$"
MOST_SHOWN = 20
_ENUM_MEMBER = re.compile(r"<[\w.]+: ('[^']*')>")
_WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("missing", "is needed."),
    "bool_type": ("wrong_type", "must be true or false."),
    "bool_parsing": ("wrong_type", "must be true or false."),
    "int_type": ("wrong_type", "must be a whole number, written without quotes."),
    "int_parsing": ("wrong_type", "must be a whole number."),
    "int_from_float": ("wrong_type", "must be a whole number."),
    "string_type": ("wrong_type", "must be text."),
    "list_type": ("wrong_type", "must be a list."),
    "dict_type": ("wrong_type", "must be an object."),
    "model_type": ("wrong_type", "must be an object."),
    "model_attributes_type": ("wrong_type", "must be an object."),
    "datetime_type": ("wrong_type", "must be a time such as 2026-11-24T09:00:00Z."),
    "datetime_parsing": ("wrong_form", "must be a time such as 2026-11-24T09:00:00Z."),
    "datetime_from_date_parsing": ("wrong_form", "must be a time such as 2026-11-24T09:00:00Z."),
    "timezone_aware": ("wrong_form", "must say its time zone, as in 2026-11-24T09:00:00Z."),
    "date_from_datetime_parsing": ("wrong_form", "must be a date such as 2026-11-24."),
    "greater_than": ("too_small", "must be more than {gt}."),
    "greater_than_equal": ("too_small", "must be at least {ge}."),
    "less_than": ("too_large", "must be less than {lt}."),
    "less_than_equal": ("too_large", "must be at most {le}."),
    "string_too_short": ("too_short", "must have at least {min_length} characters."),
    "string_too_long": ("too_long", "must have at most {max_length} characters."),
    "too_short": ("too_short", "must have at least {min_length} entries."),
    "too_long": ("too_long", "must have at most {max_length} entries."),
    "enum": ("unknown_value", "must be one of {expected}."),
    "literal_error": ("unknown_value", "must be one of {expected}."),
    "string_pattern_mismatch": ("wrong_form", "does not have the form that is expected here."),
}


def complain(errors: Iterable[Mapping[str, Any]], model: type[BaseModel], source: str) -> list[dict[str, str]]:
    """Turn pydantic's errors about one source (body, path, query, header) into `{pointer, message, code}`.

    Stops after twenty. What the caller sent is never repeated, only the names of fields.
    """
    return [_complaint(error, model, source) for error, _ in zip(errors, range(MOST_SHOWN), strict=False)]


def _complaint(error: Mapping[str, Any], model: type[BaseModel], source: str) -> dict[str, str]:
    path = tuple(step for step in error["loc"] if step != "[key]")
    code, message = _sentence(error, path, model)
    if source != "body" and error["type"] == "missing":
        code, message = _WORDS["missing"]
    if source == "body":
        steps = [str(step)[:80].replace("~", "~0").replace("/", "~1") for step in path[1:]]
        place = {"pointer": "/".join(["#", *steps]) if steps else "#/"}
    else:
        place = pointer(f"{source}:{path[-1] if path else ''}")
    return {**place, "message": message, "code": code}


def _sentence(error: Mapping[str, Any], path: Sequence[str | int], model: type[BaseModel]) -> tuple[str, str]:
    kind, facts = error["type"], error.get("ctx") or {}
    if kind == "extra_forbidden":
        return "unknown_field", "is not known here." + _nearest(str(path[-1]), _names(model, path[:-1]))
    if kind == "string_pattern_mismatch" and facts.get("pattern") == NO_NUL:
        return "wrong_form", "must not contain the character NUL."
    if kind == "missing" and len(path) <= 1:
        return "missing", "The request needs a body."
    code, words = _WORDS.get(kind, ("wrong_form", str(error["msg"]).rstrip(".") + "."))
    return code, words.format_map({name: _ENUM_MEMBER.sub(r"\1", str(value)) for name, value in facts.items()})


def _nearest(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name[:80], known, n=1, cutoff=0.5)
    return f" Did you mean “{close[0]}”?" if close else ""


def _names(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The fields that the models at this place of the body know."""
    here: list[type[BaseModel]] = [model]
    for step in path:
        if any(step in _fields(kind) for kind in here):
            here = [inner for kind in here if step in _fields(kind) for inner in _models(_fields(kind)[str(step)])]
    return [name for kind in here for name in _fields(kind)]


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models(inner)]
