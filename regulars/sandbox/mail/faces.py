"""What the pages of mailboxes show: lines of lists, and a mail as it lies open."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from regulars.sandbox.mail import one_click
from regulars.sandbox.mail.inbox import Mailbox
from regulars.sandbox.mail.letter import Letter, open_letter
from regulars.sandbox.mail.record import Mail

MOST_SHOWN = 100_000
NO_SUBJECT = "(no subject)"
_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]']")


@dataclass(frozen=True, slots=True)
class Line:
    """A mail, or a mailbox with its newest mail, as a line of a list."""

    url: str
    title: str
    subject: str
    at: datetime
    letter: str
    count: int = 0
    mail_id: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """One of the ways to look at a mail."""

    code: str
    name: str
    url: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of plain text, which may be a link."""

    text: str
    is_link: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail as the reading pane shows it."""

    mail: Mail
    letter: Letter
    subject: str
    at: datetime
    initial: str
    views: list[View]
    shown: str
    pieces: list[Piece]
    source: str
    is_cut: bool
    one_click: bool


def box_line(box: Mailbox) -> Line:
    """A mailbox as a line."""
    return Line(
        url=box_url(box.address),
        title=box.address,
        subject=box.newest.subject or NO_SUBJECT,
        at=_when(box.newest),
        letter=_initial(box.address),
        count=box.count,
    )


def mail_line(one: Mail, address: str, *, is_open: bool) -> Line:
    """A mail in somebody's mailbox as a line."""
    return Line(
        url=mail_url(one.id, address),
        title=one.author or one.sender,
        subject=one.subject or NO_SUBJECT,
        at=_when(one),
        letter=_initial(one.author or one.sender),
        mail_id=one.id,
        is_open=is_open,
    )


def open_mail(mail: Mail, raw: bytes, address: str, show: str) -> Opened:
    """Open a mail in somebody's mailbox, looked at in one of the ways that it has."""
    letter = open_letter(raw)
    there = [code for code, is_there in (("html", letter.html), ("text", letter.text), ("source", True)) if is_there]
    shown = show if show in there else there[0]
    names = {"html": "Mail", "text": "Plain text", "source": "Source"}
    return Opened(
        mail=mail,
        letter=letter,
        subject=letter.subject or NO_SUBJECT,
        at=letter.date or _when(mail),
        initial=_initial(letter.author.name or letter.author.address or mail.sender),
        views=[View(code, names[code], mail_url(mail.id, address, code), code == shown) for code in there],
        shown=shown,
        pieces=list(_pieces(letter.text[:MOST_SHOWN])) if shown == "text" else [],
        source=raw[:MOST_SHOWN].decode("utf-8", "replace").replace("\0", "\ufffd") if shown == "source" else "",
        is_cut=shown != "html" and len(letter.text if shown == "text" else raw) > MOST_SHOWN,
        one_click=one_click.is_ours(letter.one_click, settings.PUBLIC_ADDRESS),
    )


def box_url(address: str) -> str:
    """Where the mails of an address are."""
    return f"{reverse('sandbox:mailbox')}?{urlencode({'address': address})}"


def mail_url(mail_id: str, address: str, show: str = "") -> str:
    """Where a mail lies open in the mailbox of an address."""
    asked = {"address": address, "show": show}
    return (
        f"{reverse('sandbox:mail', args=[mail_id])}?{urlencode({name: said for name, said in asked.items() if said})}"
    )


def _pieces(text: str) -> Iterator[Piece]:
    """Cut a text at its links."""
    at = 0
    for link in _URL.finditer(text):
        yield Piece(text[at : link.start()], False)
        yield Piece(link[0], True)
        at = link.end()
    yield Piece(text[at:], False)


def _initial(name: str) -> str:
    return next((sign.upper() for sign in name if sign.isalnum()), "?")


def _when(one: Mail) -> datetime:
    return datetime.fromtimestamp(one.at, UTC)
