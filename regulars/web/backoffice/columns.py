"""Columns and fields of staff pages: makers of small functions that write one value of a row as people read it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from regulars.kit import masks
from regulars.web.shell import figures

type Column = Callable[[Any], Any]

NOTHING = "–"
SECRET_WORDS = ("password", "secret", "token", "key")
TONES = {
    "good": "leaf", "active": "leaf", "published": "leaf", "delivered": "leaf", "read": "leaf", "done": "leaf",
    "waiting": "blue", "queued": "blue", "claimed": "blue", "submitting": "blue", "accepted": "blue", "issued": "blue",
    "bad": "red", "blocked": "red", "failed": "red", "dead": "red", "unknown": "red",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A row of another table as a page shows it: its name, and where it opens for who may see it."""

    label: str
    url: str
    row: Model


def named(
    name: str,
    title: str,
    write: Column,
    *,
    ordering: str | None = None,
    is_figure: bool = False,
    plain: Column | None = None,
    unit: Callable[[], str] | None = None,
) -> Column:
    """Make a column of any function of the row; figures stand on the right.

    `plain` says the value as a program reads it, for exports, `unit` in which unit; without `plain` it is what people read.
    """

    def shown(row: Any) -> Any:
        return write(row)

    shown.__name__ = name
    formatting = "price" if is_figure else None
    column: Any = display(shown, description=title, ordering=ordering, empty_value=NOTHING, formatting=formatting)
    column.plain, column.unit = plain, unit
    made: Column = column
    return made


def text(field: str, title: str = "", *, longest: int = 0) -> Column:
    """The value as it stands, cut when it is too long."""

    def write(row: Any) -> str | None:
        value = str(getattr(row, field) or "")
        return (f"{value[: longest - 1]}…" if longest and len(value) > longest else value) or None

    return named(f"{field}_text", title or spoken(field), write, ordering=field, plain=lambda row: getattr(row, field))


def link(field: str, title: str = "") -> Column:
    """The name of the row that the field points at, as a link for who may open it."""

    def write(row: Any) -> SafeString | str | None:
        known: Known | None = row.known.get(field)
        return linked(known.label, known.url) if known else None

    def plain(row: Any) -> str:
        known: Known | None = row.known.get(field)
        return known.label if known else ""

    return named(f"{field}_link", title or spoken(field), write, plain=plain)


def linked(label: str, url: str) -> SafeString | str:
    """A link, or the bare words when there is nowhere to go."""
    return format_html('<a class="desk-link" href="{}">{}</a>', url, label) if url else label


def moment(field: str, title: str = "") -> Column:
    """A time in the desk's zone."""

    def write(row: Any) -> str | None:
        value = getattr(row, field)
        return value and figures.moment(value)

    return named(
        f"{field}_moment", title or spoken(field), write, ordering=field, plain=lambda row: getattr(row, field)
    )


def day(field: str, title: str = "") -> Column:
    """A day in words."""

    def write(row: Any) -> str | None:
        value = getattr(row, field)
        return value and figures.day(value)

    return named(f"{field}_day", title or spoken(field), write, ordering=field, plain=lambda row: getattr(row, field))


def number(field: str, title: str = "", *, decimals: int = 0) -> Column:
    """A whole number, or smallest units of something with decimals."""

    def write(row: Any) -> str | None:
        value = getattr(row, field)
        return None if value is None else figures.points(value, decimals)

    def plain(row: Any) -> Any:
        value = getattr(row, field)
        return None if value is None else figures.scaled(value, decimals)

    return named(f"{field}_number", title or spoken(field), write, ordering=field, is_figure=True, plain=plain)


def percent(field: str, title: str = "") -> Column:
    """Basis points as percent."""
    return named(
        f"{field}_percent", title or spoken(field), lambda row: figures.percent(getattr(row, field)),
        ordering=field, is_figure=True, plain=lambda row: figures.scaled(getattr(row, field), 2), unit=lambda: "%",
    )  # fmt: skip


def state(field: str = "state", title: str = "") -> Column:
    """A dot and the word of a state."""

    def write(row: Any) -> SafeString:
        spell = getattr(row, f"get_{field}_display", None)
        return dotted(spell() if spell else str(getattr(row, field)).capitalize(), TONES.get(getattr(row, field), ""))

    return named(f"{field}_state", title or spoken(field), write, ordering=field)


def words(field: str, title: str = "") -> Column:
    """A choice or a code in words: `unsubscribe_page` → Unsubscribe page."""

    def write(row: Any) -> str | None:
        spell = getattr(row, f"get_{field}_display", None)
        return (spell() if spell else sentence_case(str(getattr(row, field)))) or None

    return named(f"{field}_words", title or spoken(field), write, ordering=field)


def sentence_case(code: str) -> str:
    """A code as words."""
    return code.replace("_", " ").capitalize()


def yes_no(field: str, title: str = "", *, yes: str = "Yes", no: str = "No") -> Column:
    """A truth in words, never by colour alone."""
    return named(
        f"{field}_word", title or spoken(field),
        lambda row: dotted(yes, "leaf") if getattr(row, field) else dotted(no, ""), ordering=field,
    )  # fmt: skip


def dotted(words: str, tone: str) -> SafeString:
    """A dot of a tone, and words."""
    return format_html('<span class="desk-state {}">{}</span>', f"desk-{tone}" if tone else "", words)


def contact(field: str, title: str = "") -> Column:
    """A phone or mailbox, masked."""
    return named(f"{field}_masked", title or spoken(field), lambda row: masked(getattr(row, field)) or None)


def masked(address: str) -> str:
    """Show little enough of a phone or mailbox that nobody can use it."""
    return masks.contact(address)


def codes(field: str, title: str = "", *, nothing: str = "") -> Column:
    """A list of codes, side by side."""
    return named(
        f"{field}_codes", title or spoken(field), lambda row: ", ".join(map(str, getattr(row, field))) or nothing
    )


def pairs(field: str, title: str = "") -> Column:
    """A JSON object as lines of name and value; whatever sounds like a secret is hidden."""

    def write(row: Any) -> SafeString | None:
        value = getattr(row, field)
        lines = value.items() if isinstance(value, Mapping) else enumerate(value or [], start=1)
        shown = [(name, "•••" if is_secret(str(name)) and value else plain(value)) for name, value in lines]
        return format_html('<dl class="desk-pairs">{}</dl>', _each_pair(shown)) if shown else None

    return named(f"{field}_pairs", title or spoken(field), write)


def _each_pair(shown: list[tuple[Any, str]]) -> SafeString:
    return format_html_join("", "<dt>{}</dt><dd>{}</dd>", shown)


def is_secret(name: str) -> bool:
    """Whether a setting of this name must not be shown."""
    return any(word in name.lower() for word in SECRET_WORDS)


def plain(value: Any) -> str:
    """A JSON value as words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {'•••' if is_secret(str(name)) else plain(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(plain(inner) for inner in value)
    return (
        NOTHING
        if value in (None, "")
        else {True: "yes", False: "no"}.get(value, str(value))
        if isinstance(value, bool)
        else str(value)
    )


def event_in_words(event: str) -> str:
    """The name of an event as words: `loyalty.PointsAccrued` → Points accrued."""
    name = event.rpartition(".")[2]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def counted(count: int, word: str) -> str:
    """A number with its word: 1 receipt, 1 248 receipts."""
    return f"{figures.number(count)} {word}{'' if count == 1 else 's'}"


def spoken(field: str) -> str:
    """A field's name as a title: `sold_at` → Sold, `member_id` → Member."""
    return field.removesuffix("_at").removesuffix("_id").replace("_", " ").strip().capitalize()
