"""A list as CSV: what its filters show, column by column, with values that a program reads; streamed, never held as a whole."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from html import unescape
from itertools import batched
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.html import strip_tags

from regulars.access import actions as access
from regulars.kit import clock, sheets
from regulars.web.shell import figures

if TYPE_CHECKING:
    from regulars.web.backoffice.reading import Reading

CHUNK = 1_000
SEARCHES = ("q", "s")
OF_THE_PAGE = ("p", "o", "e", "all")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: its head, and what it takes from a row."""

    head: str
    read: Any

    def cell(self, row: Any) -> Any:
        """The value as it stands in the file."""
        return plain(self.read(row))


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """Give the line back."""
        return text


def of_list(pages: "Reading", request: HttpRequest) -> StreamingHttpResponse:
    """Answer what the list shows as a file, after writing into the journal who took it and how much it was."""
    rows: QuerySet[Any] = pages.get_changelist_instance(request).queryset
    at = clock.now()
    access.note_export(
        pages.opts.label_lower,
        room=pages.room,
        filters=told_filters(request),
        rows=rows.order_by().count(),
        by=pages.actor(request),
        at=at,
    )
    name = f"{pages.opts.verbose_name_plural}-{timezone.localtime(at):%Y-%m-%d}.csv".replace(" ", "-")
    answer = StreamingHttpResponse(lines(pages, request, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def told_filters(request: HttpRequest) -> dict[str, str]:
    """The filters as the journal may keep them: what was searched for can be somebody's phone, so only that there was a search."""
    asked = {key: ", ".join(request.GET.getlist(key)) for key in request.GET if key not in OF_THE_PAGE}
    return {key: "searched" if key in SEARCHES else said for key, said in asked.items() if said}


def lines(pages: "Reading", request: HttpRequest, rows: QuerySet[Any]) -> Iterator[str]:
    """The lines of the file. The database keeps the result and hands it over in pieces."""
    columns = list(_columns(pages, request))
    writer = csv.writer(Echo(), quoting=csv.QUOTE_NONNUMERIC)
    yield writer.writerow([sheets.quoted(column.head) for column in columns])
    for piece in batched(rows.iterator(chunk_size=CHUNK), CHUNK, strict=False):
        with pages.admin_site.speaking():
            known = pages.look_up(request, list(piece))
            written = [writer.writerow([column.cell(row) for column in columns]) for row in known]
        yield "".join(written)


def _columns(pages: "Reading", request: HttpRequest) -> Iterator[Column]:
    for each in pages.get_list_display(request):
        if each == "__str__":
            yield Column(str(pages.opts.verbose_name).capitalize(), str)
        elif isinstance(each, str):
            yield Column(_title_of(pages, each), lambda row, name=each: getattr(row, name))
        else:
            unit = each.unit() if getattr(each, "unit", None) else ""
            head = ", ".join(filter(None, (str(each.short_description), unit)))
            yield Column(head, getattr(each, "plain", None) or each)


def _title_of(pages: "Reading", field: str) -> str:
    return str(pages.opts.get_field(field).verbose_name).capitalize()


def plain(value: Any) -> Any:
    """A value without thin spaces, marks and tags: numbers bare, times with their zone, texts that no spreadsheet runs."""
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case int() | Decimal():
            return value
        case datetime():
            return timezone.localtime(value).isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case list() | tuple():
            return sheets.quoted(", ".join(map(str, value)))
    text = unescape(strip_tags(str(value))) if hasattr(value, "__html__") else str(value)
    return sheets.quoted(text.replace(figures.GAP, " ").strip())
