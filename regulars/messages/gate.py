"""The gate: each system says, just before the hand-over, which of its messages must not go."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that wants to go, as a gate sees it."""

    message_id: int
    system: str
    person_id: str
    channel: str
    message_class: str
    subject: str
    origin: str
    address: str


type Refusals = Callable[[Sequence[Candidate], datetime], Mapping[int, str]]
"""Answers message id → reason (a code, such as `unsubscribed`) for those that must not go; one set-based query."""

_gates: dict[str, Refusals] = {}


def register(system: str, refusals: Refusals) -> None:
    """Tell the queue whom to ask about a system's messages; without a gate nothing of that system is sent."""
    _gates[system] = refusals


def unregister(system: str) -> None:
    """Close a system's gate for good: from now on nothing of it is sent."""
    _gates.pop(system, None)


def systems() -> list[str]:
    """The systems that have a gate."""
    return sorted(_gates)


def judge(candidates: Sequence[Candidate], at: datetime) -> dict[int, str]:
    """Ask every system once about its messages; answer message id → reason for the refused ones."""
    by_system: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_system[candidate.system].append(candidate)

    refused: dict[int, str] = {}
    for system, its in by_system.items():
        refused.update(_gates[system](its, at))
    return refused
