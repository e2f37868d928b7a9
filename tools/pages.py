"""Walks through every door of a running demo and answers each page once: one example per address of the address book."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
os.environ.setdefault("REGULARS_DEMO", "1")

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

# Addresses that end something, answer a part of a page, or give a file.
NO_PAGE = re.compile(
    r"logout|sign-out|export|\.json$|\.csv$|healthz|readyz|metrics|/_|setlang|jsi18n|autocomplete|/r/|/static/"
)


@dataclass(frozen=True)
class Door:
    """Where a role comes in, and what it may walk through; `more` are pages that no link leads to."""

    role: str
    start: str
    under: tuple[str, ...]
    more: tuple[str, ...] = field(default=())


DOORS = (
    Door(
        "",
        "/",
        ("/demo/", "/sandbox/", "/docs/", "/account/sign-in"),
        ("/account/sign-in/", "/docs/errors", "/docs/api"),
    ),
    Door("anna", "/account/", ("/account/",)),
    Door("cashier", "/till/", ("/till/",)),
    Door("operator", "/contact-centre/", ("/contact-centre/",)),
    Door("administrator", "/backoffice/", ("/backoffice/", "/staff/")),
    Door("smartcomms", "/smartcomms/", ("/smartcomms/",)),
)


def route_of(path: str) -> str:
    """The line of the address book that a path belongs to, or nothing."""
    try:
        return resolve(path).route
    except Resolver404:
        return ""


def name_of(route: str) -> str:
    """What a route's pictures are called: `backoffice/loyalty_cards/card/<path:id>/change/` → `backoffice-cards-card-change`."""
    plain = re.sub(r"<[^>]+>|\(\?P[^)]*\)|[\^$\\]", "", route)
    plain = re.sub(r"\b(loyalty|smartcomms|regulars)_", "", plain)
    return "-".join(re.findall(r"[a-z0-9_]+", plain.lower())) or "front"


def walk(page: Page, address: str, door: Door) -> Iterator[tuple[str, str]]:
    """Open each page of a door once; answers name and path, with the page open. `page` is signed in already."""
    waiting, known = [door.start, *door.more], set()
    while waiting:
        path = waiting.pop(0)
        route = route_of(urlsplit(path).path)
        if not route or route in known:
            continue
        known.add(route)
        answer = page.goto(address + path)
        if answer is None or answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        yield name_of(route), path
        waiting += [each for each in _links(page, address) if _belongs(each, door)]


def _links(page: Page, address: str) -> list[str]:
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    here = (urldefrag(each)[0].removeprefix(address) for each in found if each.startswith(address))
    return [each for each in here if each.startswith("/")]


def _belongs(path: str, door: Door) -> bool:
    return path.startswith(door.under) and not NO_PAGE.search(urlsplit(path).path)


def set_up() -> None:
    """Make the address book readable; no database is needed."""
    django.setup()
