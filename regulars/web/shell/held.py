"""Whether all sending is held, as the pages of staff tell it in a strip at their top."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from regulars.providers import queries as providers
from regulars.web.shell import figures

STAFF_DOORS = ("/backoffice/", "/smartcomms/", "/contact-centre/", "/staff/")
_PAGES = ("admin:hold", "smartcomms_desk:hold")


@dataclass(frozen=True, slots=True)
class Held:
    """Why nothing is sent, since when and by whom; `url` leads to its page, for those who may look there."""

    reason: str
    by: str
    since: str
    url: str


def asker(request: HttpRequest) -> Callable[[], Held | None]:
    """What a template asks when it comes to the strip; on other pages, and for other people, nothing is looked up."""
    return lambda: find(request)


def find(request: HttpRequest) -> Held | None:
    """The hold, on a page of staff that an employee looks at."""
    user = getattr(request, "user", None)
    if user is None or not request.path.startswith(STAFF_DOORS) or not (user.is_authenticated and user.is_staff):
        return None
    known = providers.find_hold()
    if known is None:
        return None
    url = _page(request) if user.has_perm("providers.view") else ""
    return Held(known.reason, known.by, figures.moment(known.since_at), url)


def _page(request: HttpRequest) -> str:
    """The page on the desk that one looks at, else on the one that is here."""
    pages = reversed(_PAGES) if request.path.startswith("/smartcomms/") else _PAGES
    for page in pages:
        try:
            return reverse(page)
        except NoReverseMatch:
            continue
    return ""
