"""Texts with variables in Liquid: plain values in, text out, within limits that no template can stretch."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate, Environment, StrictUndefined
from liquid.exceptions import LiquidError, ResourceLimitError, UndefinedError

from regulars.kit.refusal import Refusal

LONGEST_SOURCE = 100_000
_PLAIN = (str, int, float, bool, Decimal, date, type(None))


class TemplateRefused(Refusal):
    """The text cannot be rendered as it is written."""

    code = "template_refused"


class _Limited(Environment):
    loop_iteration_limit = 10_000
    local_namespace_limit = 100_000
    output_stream_limit = 1_000_000
    context_depth_limit = 20


_environment = _Limited(undefined=StrictUndefined)


def render(source: str, values: Mapping[str, Any], *, field: str = "text") -> str:
    """Fill a Liquid text with plain values: text, numbers, dates, lists and mappings of them.

    Values are printed, never run: a member called `{{ phone }}` gets exactly that. Raises `TemplateRefused` in words
    for who wrote the text: for a mistake in it, a variable that is not there, or too much work. Raises `TypeError` for
    values that are objects, whose attributes a template could reach.
    """
    _refuse_objects(values)
    try:
        return _parsed(source).render(**values)
    except UndefinedError as error:
        raise TemplateRefused(f"The text uses a variable that does not exist: {_told(error)}.", field=field) from error
    except ResourceLimitError as error:
        raise TemplateRefused(
            "The text asks for too much work: too many repetitions or too long.", field=field
        ) from error
    except LiquidError as error:
        raise TemplateRefused(f"The text cannot be read as Liquid: {_told(error)}.", field=field) from error
    except RecursionError as error:
        raise TemplateRefused("The text is nested too deeply.", field=field) from error


@lru_cache(maxsize=256)
def _parsed(source: str) -> BoundTemplate:
    if len(source) > LONGEST_SOURCE:
        raise ResourceLimitError("source", token=None)
    return _environment.from_string(source)


def _refuse_objects(value: object) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _refuse_objects(key)
            _refuse_objects(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_objects(inner)
    elif type(value) not in _PLAIN:
        raise TypeError(f"{type(value).__name__} is not a plain value for a template")


def _told(error: LiquidError) -> str:
    words = str(error.args[0]) if error.args else "there is a mistake in it"
    line = error.token.source[: error.token.start_index].count("\n") + 1 if error.token else 0
    return f"{words} (line {line})" if line else words
