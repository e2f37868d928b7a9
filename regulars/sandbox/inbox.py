"""The phones on which the stand-in's messages arrive, as a page shows them: read from the record, long texts joined."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from regulars.sandbox.record import Taken, read_lines

# Enough for some ten thousand messages; the page shows the newest.
_TAIL_OCTETS = 4 * 1024 * 1024
_STATES = {"DELIVRD": "delivered", "EXPIRED": "failed", "UNDELIV": "failed"}


@dataclass(frozen=True, slots=True)
class Text:
    """One message as its reader sees it. `state` is accepted, delivered or failed; `parts` is what it costs."""

    at: datetime
    sender: str
    text: str
    state: str
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone and its messages, oldest first."""

    number: str
    messages: list[Text]


def mark(path: Path) -> int:
    """Say how far the record has grown; while it stays the same, no page needs drawing again."""
    return path.stat().st_size if path.exists() else 0


def phones(path: Path, limit: int = 20) -> list[Phone]:
    """List the phones that got something lately, the newest message first; looks at the end of a long record only."""
    threads: dict[str, list[_Thread]] = {}
    for thread in _threads(read_lines(path, begin=max(0, mark(path) - _TAIL_OCTETS))):
        threads.setdefault(thread.destination, []).append(thread)
    newest = sorted(threads.items(), key=lambda one: one[1][-1].at, reverse=True)[:limit]
    return [Phone(f"+{number}", [thread.as_text() for thread in mine]) for number, mine in newest]


def messages_for(path: Path, number: str) -> list[Text]:
    """List everything that ever arrived at one phone, oldest first; its number with or without the plus."""
    digits = number.removeprefix("+")
    lines = (line for line in read_lines(path, containing=digits) if line["destination"] == digits)
    return [thread.as_text() for thread in _threads(lines)]


@dataclass(slots=True)
class _Thread:
    """A text while its parts come in."""

    destination: str
    sender: str
    at: float
    total: int
    parts: dict[int, str] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)

    def as_text(self) -> Text:
        whole = "".join(self.parts.get(number, "…") for number in range(1, self.total + 1))
        return Text(datetime.fromtimestamp(self.at, UTC), self.sender, whole, self._state(), self.total)

    def _state(self) -> str:
        """Delivered when every part is, failed when one is."""
        if "failed" in self.states.values():
            return "failed"
        is_whole = len(self.states) == self.total and set(self.states.values()) == {"delivered"}
        return "delivered" if is_whole else "accepted"


def _threads(lines: Iterable[dict[str, Any]]) -> list[_Thread]:
    threads: list[_Thread] = []
    open_threads: dict[tuple[str, str, int, int], _Thread] = {}
    by_id: dict[str, tuple[_Thread, int]] = {}
    for line in lines:
        if line["kind"] == "receipt":
            _note_receipt(by_id, line)
            continue
        message = Taken.read(line)
        thread = _thread_for(message, open_threads)
        if not thread.parts:
            threads.append(thread)
        number = message.udh.number if message.udh else 1
        thread.parts[number] = message.text
        by_id[message.id] = thread, number
    return threads


def _thread_for(message: Taken, open_threads: dict[tuple[str, str, int, int], _Thread]) -> _Thread:
    """Find the text this part belongs to. References wrap, so a part that is already there begins a new text."""
    joined = message.udh
    fresh = _Thread(message.destination, message.source, message.at, joined.total if joined else 1)
    if joined is None:
        return fresh
    key = message.destination, message.source, joined.reference, joined.total
    thread = open_threads.get(key)
    if thread is None or joined.number in thread.parts:
        thread = open_threads[key] = fresh
    return thread


def _note_receipt(by_id: dict[str, tuple[_Thread, int]], line: dict[str, Any]) -> None:
    thread, number = by_id.get(line["id"], (None, 0))
    state = _STATES.get(line["stat"])
    if thread is not None and state is not None:
        thread.states[number] = state
