"""The mail server's own record: one line of JSON for every mail taken, the mail itself last in it."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from regulars.sandbox.record import Lines

# Quotes inside a JSON text are escaped, so this is nowhere but where the raw mail begins.
_RAW = b',"raw":"'


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that the server accepted, without its content. `at` is in seconds since 1970; `n` counts from 1 in each file.

    `sender` and `recipients` are the envelope's; `author` and `subject` are the mail's own, as a reader would see them.
    `message_id` keeps its angle brackets; `size` is in octets; `link` is the number of the client's connection.
    """

    n: int
    at: float
    id: str
    message_id: str
    sender: str
    recipients: tuple[str, ...]
    author: str
    subject: str
    size: int
    link: int

    @classmethod
    def read(cls, line: dict[str, Any]) -> Self:
        """Make one of a line of the file."""
        return cls(**{**line, "recipients": tuple(line["recipients"])})


class MailRecord(Lines):
    """Every mail taken, with its raw octets. Reading it back after a restart continues the count."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.taken = max((mail.n for mail in read_mails(path)), default=0)

    def take(self, mail: Mail, raw: bytes) -> None:
        """Write down a mail before its answer is sent. Latin-1 gives every octet one character, and ASCII stays readable."""
        self.taken = mail.n
        self.append({**asdict(mail), "raw": raw.decode("latin-1")})

    def mails(self, since: int = 0) -> list[dict[str, Any]]:
        """List the mails with a greater `n`, without their content."""
        return [asdict(mail) for mail in read_mails(self.path) if mail.n > since]


def beside(record: Path) -> Path:
    """Say where mails are kept when nobody named a file: next to the SMSC's record."""
    return record.with_suffix(".mail.jsonl")


def read_mails(path: Path, *, begin: int = 0) -> Iterator[Mail]:
    """Read the mails from an offset on, without their content; leave out half-written lines."""
    for line in _lines(path, begin):
        head, found, _ = line.partition(_RAW)
        if found:
            yield Mail.read(json.loads(head + b"}"))


def find_mail(path: Path, mail_id: str) -> tuple[Mail, bytes] | None:
    """Find one mail with its raw octets by the id that the server gave it."""
    wanted = b'"id":' + json.dumps(mail_id).encode()
    for line in _lines(path):
        if wanted in line[: line.find(_RAW)]:
            try:
                told = json.loads(line)
            except ValueError:  # it broke off; the client was not told that it was taken
                continue
            raw = told.pop("raw").encode("latin-1")
            return Mail.read(told), raw
    return None


def _lines(path: Path, begin: int = 0) -> Iterator[bytes]:
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(begin)
        if begin:
            file.readline()
        for line in file:
            if line.startswith(b'{"n":') and line.endswith(b'"}\n'):
                yield line
