"""How far what somebody causes may reach: everybody, the team only, or nobody. The name of the door carries it.

A door that lets in a key for tests is called `api/pos:test`, one with a key of the team `api/pos:team`. What a reaction
does with what happened there inherits it, however many reactions follow one another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

EVERYBODY: Final = ""
TEAM: Final = "team"
NOBODY: Final = "test"
_inherited: ContextVar[str] = ContextVar("inherited_reach", default=EVERYBODY)


def named(door: str, reach: str) -> str:
    """The name of a door through which only so much reaches out."""
    return f"{door}:{reach}" if reach else door


def of(door: str) -> str:
    """How far what comes through this door may reach, or what made us come here; the narrower of the two."""
    own = door.rpartition(":")[2] if ":" in door else EVERYBODY
    if NOBODY in (own, _inherited.get()):
        return NOBODY
    return TEAM if TEAM in (own, _inherited.get()) else EVERYBODY


def marked(door: str) -> str:
    """The door with the reach that what made us come here allows."""
    reach = of(door)
    return named(door.partition(":")[0], reach) if reach else door


@contextmanager
def inherited(door: str) -> Iterator[None]:
    """Let everything in this block reach as far as what came through the door."""
    token = _inherited.set(of(door))
    try:
        yield
    finally:
        _inherited.reset(token)
