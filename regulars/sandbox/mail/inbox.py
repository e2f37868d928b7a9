"""The mailboxes in which the stand-in's mails arrive, as a page shows them: read from the end of the record."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from regulars.sandbox.mail.record import Mail, read_mails

# Some thousand mails of the usual size; their content is skipped, not read.
_TAIL_OCTETS = 16 * 1024 * 1024


@dataclass(slots=True)
class Mailbox:
    """One address, how many mails it got lately, and the newest."""

    address: str
    newest: Mail
    count: int = 1


def mark(path: Path) -> int:
    """Say how far the record has grown; while it stays the same, no page needs drawing again."""
    return path.stat().st_size if path.exists() else 0


def mailboxes(path: Path, search: str = "", limit: int = 100) -> list[Mailbox]:
    """List the mailboxes that got something lately, the newest mail first; perhaps only those with a text in their address."""
    found: dict[str, Mailbox] = {}
    wanted = search.lower()
    for mail in _lately(path):
        for address in mail.recipients:
            key = address.lower()
            if wanted in key:
                box = found.pop(key, None)
                found[key] = Mailbox(address, mail, box.count + 1 if box else 1)
    return list(reversed(found.values()))[:limit]


def mails_for(path: Path, address: str, limit: int = 100) -> list[Mail]:
    """List the mails that one address got lately, newest first; large and small letters are the same."""
    wanted = address.lower()
    found = [mail for mail in _lately(path) if wanted in (one.lower() for one in mail.recipients)]
    return found[: -limit - 1 : -1]


def _lately(path: Path) -> Iterator[Mail]:
    return read_mails(path, begin=max(0, mark(path) - _TAIL_OCTETS))
