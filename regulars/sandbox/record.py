"""The stand-in SMSC's own record: one line of JSON for every message taken and every receipt handed over."""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from regulars.sandbox.alphabet import Joined


@dataclass(frozen=True, slots=True)
class Taken:
    """One hand-over that the SMSC accepted. `at` is in seconds since 1970; `n` counts from 1 in each file."""

    n: int
    at: float
    id: str
    reference: int | None
    source: str
    destination: str
    text: str
    esm_class: int
    udh: Joined | None
    coding: int
    validity: str
    registered: int
    session: int

    @classmethod
    def read(cls, line: dict[str, Any]) -> Self:
        """Make one of a line of the file."""
        line = {name: value for name, value in line.items() if name != "kind"}
        return cls(**{**line, "udh": Joined(*line["udh"]) if line["udh"] else None})


@dataclass(frozen=True, slots=True)
class Receipted:
    """One receipt that the client confirmed."""

    at: float
    id: str
    destination: str
    stat: str


class Lines:
    """An append-only file of JSON lines, one writer. A line is with the operating system before `append` returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        if (length := os.fstat(self._file).st_size) and os.pread(self._file, 1, length - 1) != b"\n":
            os.write(self._file, b"\n")  # the last writer was killed in the middle of a line

    def append(self, line: dict[str, Any]) -> None:
        """Write down one line."""
        os.write(self._file, json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    def close(self) -> None:
        """Stop writing."""
        os.close(self._file)


class Record(Lines):
    """Every message taken and every receipt confirmed.

    Reading it back after a restart continues the count and finds the messages whose receipts nobody has confirmed.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.taken = 0
        self.unsettled: dict[str, Taken] = {}
        self._resume()

    def take(self, message: Taken) -> None:
        """Write down a message before its answer is sent."""
        self.taken = message.n
        self.append({"kind": "message", **asdict(message)})

    def confirm(self, receipt: Receipted) -> None:
        """Write down that a receipt has arrived at the client."""
        self.append({"kind": "receipt", **asdict(receipt)})

    def messages(self, since: int = 0) -> list[dict[str, Any]]:
        """List the messages with a greater `n`."""
        return [line for line in read_lines(self.path) if line["kind"] == "message" and line["n"] > since]

    def _resume(self) -> None:
        for line in read_lines(self.path):
            if line["kind"] == "message":
                message = Taken.read(line)
                self.taken = message.n
                self.unsettled[message.id] = message
            else:
                self.unsettled.pop(line["id"], None)


def read_lines(path: Path, *, begin: int = 0, containing: str = "") -> Iterator[dict[str, Any]]:
    """Read the lines from an offset on, perhaps only those with a certain text in them; leave out half-written ones."""
    if not path.exists():
        return
    wanted = containing.encode()
    with path.open("rb") as file:
        file.seek(begin)
        if begin:
            file.readline()
        for line in file:
            if wanted in line and line.endswith(b"}\n"):
                with contextlib.suppress(ValueError):  # a line that broke off just behind a bracket of the text
                    yield json.loads(line)
