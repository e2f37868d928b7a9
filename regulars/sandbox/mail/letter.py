"""A mail as its reader sees it: the words of its headers, its HTML, its text, and how one unsubscribes.

Mails come from anywhere and may be broken in every way: unknown alphabets, half a MIME tree, a thousand headers. Nothing here
raises because of what a mail says; what cannot be read is shown as it came, or left out.
"""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime

_LONGEST_HEAD, _LONGEST_HEADER, _LONGEST_WORDS = 64 * 1024, 4000, 300
_MOST_PARTS = 200
_LONGEST_HTML, _LONGEST_TEXT = 2 * 1024 * 1024, 512 * 1024
_ONE_CLICK = "list-unsubscribe=one-click"
_LINK = re.compile(r"<\s*(https?://[^<>\s]+)\s*>", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Peek:
    """What a list shows of a mail."""

    author: str = ""
    subject: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a header; the name may be missing."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """An opened mail. `one_click` is where to post to unsubscribe (RFC 8058), or nothing."""

    author: Person = Person("")
    to: tuple[Person, ...] = ()
    subject: str = ""
    date: datetime | None = None
    html: str = ""
    text: str = ""
    attachments: tuple[str, ...] = ()
    one_click: str = ""
    problem: str = ""


@dataclass(slots=True)
class _Bodies:
    html: str = ""
    text: str = ""
    attachments: list[str] = field(default_factory=list)


def peek(raw: bytes) -> Peek:
    """Read what a list shows, from the headers alone."""
    try:
        head = BytesHeaderParser(policy=policy.compat32).parsebytes(_head(raw))
        return Peek(_author(head).name or _author(head).address, _words(head, "Subject"), _words(head, "Message-ID"))
    except Exception:
        return Peek()


def open_letter(raw: bytes) -> Letter:
    """Open a mail; one that cannot be opened says so in `problem`."""
    try:
        return _opened(email.message_from_bytes(raw, policy=policy.compat32))
    except Exception as error:  # a tree of parts deeper than Python counts, for example
        seen = peek(raw)
        return Letter(
            Person("", seen.author), subject=seen.subject, problem=f"It is no readable mail ({type(error).__name__})."
        )


def _opened(message: "Message[str, str]") -> Letter:
    bodies = _Bodies()
    for part in _parts(message):
        _sort(part, bodies)
    return Letter(
        author=_author(message),
        to=tuple(_people(message, "To")),
        subject=_words(message, "Subject"),
        date=_date(_header(message, "Date")),
        html=bodies.html,
        text=bodies.text,
        attachments=tuple(bodies.attachments),
        one_click=_one_click(message),
    )


# --- headers


def _head(raw: bytes) -> bytes:
    begin = raw[:_LONGEST_HEAD]
    ends = [end for blank in (b"\r\n\r\n", b"\n\n") if (end := begin.find(blank)) >= 0]
    return begin[: min(ends, default=len(begin))]


def _header(message: "Message[str, str]", name: str) -> str:
    """The first header of a name, unfolded; octets that are no ASCII are read as UTF-8 or else Latin-1."""
    wanted = name.lower()
    for key, value in message.raw_items():
        if key.lower() == wanted:
            octets = str(value)[:_LONGEST_HEADER].encode("utf-8", "surrogateescape")
            return _decoded(octets, "utf-8").replace("\r\n", "").replace("\n", "")
    return ""


def _words(message: "Message[str, str]", name: str) -> str:
    return _plain(_header(message, name))


def _plain(header: str) -> str:
    """Decode the encoded words of a header (RFC 2047) into one line."""
    try:
        pieces = decode_header(header) if "=?" in header else [(header, None)]
    except Exception:  # base64 that is none
        pieces = [(header, None)]
    written = "".join(
        piece if isinstance(piece, str) else _decoded(piece, charset or "raw_unicode_escape")
        for piece, charset in pieces
    )
    return _clean(" ".join(_CONTROLS.sub(" ", written).split()))[:_LONGEST_WORDS]


def _people(message: "Message[str, str]", name: str) -> Iterator[Person]:
    header = _header(message, name)
    found = [Person(_clean(address), _plain(who)) for who, address in getaddresses([header]) if who or address]
    yield from found[:20] or ([Person("", _plain(header))] if header else [])


def _author(message: "Message[str, str]") -> Person:
    return next(_people(message, "From"), Person(""))


def _date(header: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(header)
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return date.astimezone(UTC) if 1970 < date.year < 2200 else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _one_click(message: "Message[str, str]") -> str:
    if _header(message, "List-Unsubscribe-Post").replace(" ", "").lower() != _ONE_CLICK:
        return ""
    found = _LINK.search(_header(message, "List-Unsubscribe"))
    return found[1] if found else ""


# --- bodies


def _parts(message: "Message[str, str]") -> Iterator["Message[str, str]"]:
    """The parts that hold something, in their order."""
    waiting, seen = [message], 0
    while waiting and seen < _MOST_PARTS:
        part = waiting.pop()
        seen += 1
        children = part.get_payload() if part.is_multipart() else None
        if isinstance(children, list):
            waiting.extend(child for child in reversed(children) if isinstance(child, Message))
        else:
            yield part


def _sort(part: "Message[str, str]", bodies: _Bodies) -> None:
    kind, name = part.get_content_type(), _file_name(part)
    is_body = not name and part.get_content_disposition() != "attachment"
    if is_body and kind == "text/html" and not bodies.html:
        bodies.html = _text(part)[:_LONGEST_HTML]
    elif is_body and kind == "text/plain" and not bodies.text:
        bodies.text = _text(part)[:_LONGEST_TEXT]
    elif not is_body or not kind.startswith("text/"):
        bodies.attachments.append(name or kind)


def _file_name(part: "Message[str, str]") -> str:
    try:
        return _plain(part.get_filename() or "")
    except Exception:  # RFC 2231 with an alphabet that is none
        return "attachment"


def _text(part: "Message[str, str]") -> str:
    payload = part.get_payload(decode=True)
    octets = payload if isinstance(payload, bytes) else b""
    return _clean(_decoded(octets, str(part.get_content_charset() or "utf-8")).replace("\r\n", "\n"))


def _decoded(octets: bytes, charset: str) -> str:
    """Read octets in the alphabet they claim, else in UTF-8, else octet by octet."""
    for one in (charset, "utf-8"):
        try:
            return octets.decode(one)
        except (LookupError, ValueError, TypeError):
            continue
    return octets.decode("latin-1")


def _clean(text: str) -> str:
    """Leave out what no page can show: halves of surrogate pairs and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
