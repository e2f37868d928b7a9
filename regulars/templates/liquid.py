"""Texts with variables in Liquid: plain values in, text out, within limits that no template can stretch."""

import threading
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache, wraps
from html import escape
from typing import Any, TextIO

from liquid import BoundTemplate, Environment, RenderContext, StrictUndefined
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import LiquidError, ResourceLimitError, UndefinedError
from liquid.stringify import to_liquid_string

from regulars.kit.refusal import Refusal

LONGEST_SOURCE = 100_000
LONGEST_VALUE = 200_000
LONGEST_LIST = 10_000
MOST_WORK = 5_000_000  # letters and list places that all filters of one text may go through
LINK = "link"  # the filter that lets only addresses of the web, of mailboxes and of telephones through
_PLAIN = (str, int, float, bool, Decimal, date, type(None))
_SCHEMES = ("https://", "http://", "mailto:", "tel:")
# What a body may say: no tag that prints by itself, for it would print without escaping.
_BODY_TAGS = {
    "content",
    "output",
    "illegal",
    "if",
    "unless",
    "case",
    "for",
    "break",
    "continue",
    "assign",
    "comment",
    "#",
}
_MULTIPLYING = ("replace", "join")

type Template = BoundTemplate


class _Work(threading.local):
    """How much the filters of the text that is being filled may still do."""

    left = MOST_WORK


_work = _Work()


class TemplateRefused(Refusal):
    """The text cannot be rendered as it is written."""

    code = "template_refused"


class _Limited(Environment):
    loop_iteration_limit = 10_000
    local_namespace_limit = 100_000
    output_stream_limit = 1_000_000
    context_depth_limit = 20

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.filters = {name: _bounded(name, known) for name, known in self.filters.items()}


class _EscapedOutput(OutputNode):
    """`{{ … }}` in a body: whatever comes out, words of the template too, is text and never markup."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(escape(to_liquid_string(self.expression.evaluate(context), autoescape=False)))


class _BodyOutput(Output):
    node_class = _EscapedOutput


class _Body(_Limited):
    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.tags = {name: tag for name, tag in self.tags.items() if name in _BODY_TAGS}
        self.add_tag(_BodyOutput)
        del self.filters["safe"], self.filters["newline_to_br"]
        # Everything is escaped once at the end, so asking for it changes nothing.
        self.filters |= {"escape": _unchanged, "escape_once": _unchanged, LINK: _link}


def render(source: str, values: Mapping[str, Any], *, field: str = "text") -> str:
    """Fill a Liquid text with plain values: text, numbers, dates, lists and mappings of them.

    Values are printed, never run: a member called `{{ phone }}` gets exactly that. Raises `TemplateRefused` in words
    for who wrote the text: for a mistake in it, a variable that is not there, or too much work. Raises `TypeError` for
    values that are objects, whose attributes a template could reach.
    """
    return fill(parse(source, field=field), values, field=field)


def parse(source: str, *, field: str = "text", is_body: bool = False) -> Template:
    """Read a Liquid text; of a body all values are printed as HTML text. Raises `TemplateRefused`."""
    return _told(lambda: _parsed(source, is_body), field)


def fill(template: Template, values: Mapping[str, Any], *, field: str = "text") -> str:
    """Fill a text that was read before; raises what `render` raises."""
    _refuse_objects(values)
    _work.left = MOST_WORK
    return _told(lambda: template.render(**values), field)


def variables(template: Template) -> frozenset[str]:
    """The variables that a text takes from outside, also in branches that are not taken."""
    return frozenset(template.global_variables())


def _told[Found](ask: Callable[[], Found], field: str) -> Found:
    """Turn what Liquid complains about into words of the author."""
    try:
        return ask()
    except UndefinedError as error:
        raise TemplateRefused(f"The text uses a variable that does not exist: {_place(error)}.", field=field) from error
    except ResourceLimitError as error:
        raise TemplateRefused(
            "The text asks for too much work: too many repetitions or too long.", field=field
        ) from error
    except LiquidError as error:
        raise TemplateRefused(f"The text cannot be read as Liquid: {_place(error)}.", field=field) from error
    except RecursionError as error:
        raise TemplateRefused("The text is nested too deeply.", field=field) from error
    except (ArithmeticError, ValueError) as error:
        raise TemplateRefused("The text calculates with something that is no number.", field=field) from error


@lru_cache(maxsize=256)
def _parsed(source: str, is_body: bool) -> Template:
    if len(source) > LONGEST_SOURCE * (5 if is_body else 1):  # markup made of a body is longer than what was written
        raise ResourceLimitError("source", token=None)
    environment = _bodies if is_body else _texts
    template = environment.from_string(source)
    for name in template.filter_names():
        if name not in environment.filters:
            raise LiquidError(f"unknown filter '{name}'", token=None)
    return template


def _bounded(name: str, known: Callable[..., Any]) -> Callable[..., Any]:
    """Keep a filter from blowing up: Liquid's own limits count what is kept and printed, not what is made on the way."""

    @wraps(known)
    def filtered(left: object, *others: object, **named: object) -> Any:
        sizes = [_size(each) for each in (left, *others)]
        is_multiplying = name.startswith(_MULTIPLYING)
        _spend(*sizes, (sizes[0] + 1) * max(sizes[1:], default=0) if is_multiplying else 0)
        found = known(left, *others, **named)
        _spend(_size(found))
        return found

    return filtered


def _spend(*sizes: int) -> None:
    _work.left -= sum(sizes)
    if max(sizes) > LONGEST_VALUE or _work.left < 0:
        raise ResourceLimitError("value", token=None)


def _size(value: object) -> int:
    if isinstance(value, int):
        return value.bit_length()
    if isinstance(value, range | list | tuple) and len(value) > LONGEST_LIST:
        raise ResourceLimitError("list", token=None)
    return len(value) if isinstance(value, str | list | tuple | range) else 0


def _unchanged(value: object) -> object:
    return value


def _link(value: object) -> str:
    """An address that a mail may lead to; anything else leads nowhere."""
    address = str(value).strip()
    return address if address.lower().startswith(_SCHEMES) else "#"


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


def _place(error: LiquidError) -> str:
    words = str(error.args[0]) if error.args else "there is a mistake in it"
    line = error.token.source[: error.token.start_index].count("\n") + 1 if error.token else 0
    return f"{words} (line {line})" if line else words


_texts, _bodies = _Limited(undefined=StrictUndefined), _Body(undefined=StrictUndefined)
