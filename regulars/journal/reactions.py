"""The table of who listens to what: filled once at start-up by each system's `reactions.py`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class Happened:
    """A journal entry as a reaction sees it."""

    entry_id: int
    event: str
    person_id: str
    recorded_at: datetime
    body: Mapping[str, Any]
    door: str = ""


type Reaction = Callable[[Happened, datetime], None]


def outward(reaction: Reaction) -> Reaction:
    """Mark a reaction that asks somebody outside: it runs on a relay of its own and holds up no other."""
    _outward.add(reaction)
    return reaction


_outward: set[Reaction] = set()
_by_event: dict[str, list[str]] = {}
_by_name: dict[str, Reaction] = {}


def register(system: str, table: Mapping[type[Event], Sequence[Reaction]]) -> None:
    """Tell the journal a system's reactions; a reaction's name is `system.function`."""
    for event, reactions in table.items():
        names = [f"{system}.{reaction.__name__}" for reaction in reactions]
        known = _by_event.setdefault(event.event_name(), [])
        known.extend(name for name in names if name not in known)
        _by_name.update(zip(names, reactions, strict=True))


def names_for(event: str) -> list[str]:
    """The names of the reactions to an event; raises `KeyError` for an event that no system's page lists."""
    return _by_event[event]


def list_outward() -> list[str]:
    """The names of the reactions that ask somebody outside."""
    return [name for name, reaction in _by_name.items() if reaction in _outward]


def get(name: str) -> Reaction:
    """The function behind a name."""
    return _by_name[name]


def events() -> set[str]:
    """All events that have a line."""
    return set(_by_event)
