"""What Ctrl+K finds: pages that open for the employee by their name, rows by a whole number or contact."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

if TYPE_CHECKING:
    from regulars.web.backoffice.desk import Desk
    from regulars.web.backoffice.reading import Reading

MOST = 20
A_KIND = 5
SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the answer."""

    title: str
    part: str
    link: str
    icon: str


def answer(desk: "Desk", request: HttpRequest) -> HttpResponse:
    """Answer what was typed; nothing of it is kept, since it can be somebody's phone."""
    text = request.GET.get("s", "").strip()
    if not text:
        return HttpResponse()
    found = [*find_rows(desk, request, text), *find_pages(desk, request, text)][:MOST]
    return TemplateResponse(request, "backoffice/_found.html", {"found": found, "text": text})


def find_pages(desk: "Desk", request: HttpRequest, text: str) -> Iterator[Found]:
    """Lines of the side bar, those whose name begins so first."""
    wanted = text.casefold()
    lines = [
        (place["title"], group.get("title", ""), str(place["link"]), place.get("icon", ""))
        for group in desk.get_sidebar_list(request)
        for place in group["items"]
        if place["has_permission"] and wanted in f"{group.get('title', '')} {place['title']}".casefold()
    ]
    for line in sorted(lines, key=lambda each: not each[0].casefold().startswith(wanted)):
        yield Found(*line)


def find_rows(desk: "Desk", request: HttpRequest, text: str) -> Iterator[Found]:
    """Members, cards, receipts and the like that this text identifies, within the employee's rooms and partner."""
    if len(text) < SHORTEST:
        return
    for model in desk.findable:
        pages: Reading = desk._registry[model]
        if not pages.has_view_permission(request):
            continue
        for row in pages.find_exactly(request, text)[:A_KIND]:
            yield Found(
                str(row), str(pages.opts.verbose_name).capitalize(), desk.address_of(row, request), "arrow_forward"
            )
