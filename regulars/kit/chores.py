"""Work that is due by the clock: rooms register what they do, the worker's scheduler does it again and again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

type Chore = Callable[[datetime], int]
"""Does a small piece of what is due at this time, in transactions of its own, and says how much it did; 0: nothing is left.

Several workers may call it at once, and any of them may be killed in the middle.
"""


@dataclass(frozen=True, slots=True)
class Registered:
    """A chore under its name; when nothing was left it is looked at again after `every_s` seconds."""

    name: str
    chore: Chore
    every_s: float


_chores: dict[str, Registered] = {}


def register(name: str, chore: Chore, *, every_s: float) -> None:
    """Let the scheduler do this from now on; a name that is there is replaced."""
    _chores[name] = Registered(name, chore, every_s)


def list_all() -> list[Registered]:
    """All chores, by name."""
    return [_chores[name] for name in sorted(_chores)]
