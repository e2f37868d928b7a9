"""The page of phones on which the stand-in's messages arrive: only in a demo or a test, only for this machine."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from ipaddress import ip_address
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from regulars.sandbox import inbox

MOST_PHONES, MOST_FOUND = 12, 200
LONGEST_SEARCH = 40
_FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP")
WORDS = {"accepted": ("on its way", "waiting"), "delivered": ("delivered", "done"), "failed": ("not delivered", "bad")}

type Page = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the navigation, as the shell draws it."""

    url: str
    icon: str
    label: str
    current: bool


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message as the phone shows it."""

    text: str
    at: datetime
    sender: str
    state: str
    tone: str
    parts: int


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone with its messages, oldest first; only the programme knows whose it is, so it goes by its number."""

    number: str
    owner: str
    bubbles: Sequence[Bubble]


def for_this_machine(page: Page) -> Page:
    """Show a page only while there is a stand-in, and only to browsers on the same machine."""

    @wraps(page)
    def checked(request: HttpRequest, **named: str) -> HttpResponse:
        if not (settings.IS_DEMO or settings.SANDBOX_RECORD) or not _is_near(request):
            raise Http404
        return page(request, **named)

    return checked


def tabs(current: str) -> list[Tab]:
    """The two places of the sandbox, one of them the current."""
    places = (("phones", "sms", "Phones"), ("mailboxes", "mail", "Mailboxes"))
    return [Tab(reverse(f"sandbox:{name}"), icon, label, name == current) for name, icon, label in places]


def record() -> Path:
    """The stand-in's record, which need not be there yet."""
    return Path(settings.SANDBOX_RECORD or "/nonexistent")


def seen(request: HttpRequest) -> str:
    """What the page shows, in one word: how far the record has grown, and what was searched for."""
    return f'"{inbox.mark(record())}-{_search(request)}"'


def list_phones(search: str = "") -> list[Phone]:
    """The phones that rang last, or those whose number holds the digits."""
    if not search:
        return [_face(phone) for phone in inbox.phones(record(), limit=MOST_PHONES)]
    found = (phone for phone in inbox.phones(record(), limit=MOST_FOUND) if search in phone.number)
    return [_face(phone) for phone in found][:MOST_PHONES]


@for_this_machine
@require_safe
@cache_control(private=True, no_cache=True)
def phones(request: HttpRequest) -> HttpResponse:
    """Show the phones."""
    return render(request, "sandbox/phones.html", _context(request) | {"tabs": tabs("phones")})


@for_this_machine
@require_safe
@cache_control(private=True, no_cache=True)
@condition(etag_func=seen)
def row(request: HttpRequest) -> HttpResponse:
    """Show the row of phones alone; while nothing new has arrived the answer is 304."""
    return render(request, "sandbox/_phones.html", _context(request))


def _context(request: HttpRequest) -> dict[str, object]:
    search = _search(request)
    return {"phones": list_phones(search), "search": search, "seen": seen(request)}


def _search(request: HttpRequest) -> str:
    return re.sub(r"\D", "", request.GET.get("q", "")[:LONGEST_SEARCH])


def _is_near(request: HttpRequest) -> bool:
    """Whether the browser runs on this machine; whoever comes through a proxy does not."""
    try:
        is_loopback = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    return is_loopback and not any(request.META.get(name) for name in _FORWARDED)


def _face(phone: inbox.Phone) -> Phone:
    return Phone("", phone.number, [_bubble(text) for text in phone.messages])


def _bubble(text: inbox.Text) -> Bubble:
    word, tone = WORDS[text.state]
    return Bubble(text.text, text.at, text.sender, word, tone, text.parts)
