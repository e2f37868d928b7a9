"""Filters: groups of conditions, all, any or none of which are true of a member; pure.

As JSON a group is `{"match": "all", "conditions": […]}`; what stands in the list is a group again when it says `match`.
Reading brings a filter into its one form, so that equal filters are written alike.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from regulars.loyalty.audiences import conditions
from regulars.loyalty.audiences.conditions import Condition, FilterNotPossible

type Match = Literal["all", "any", "none"]

MATCHES: tuple[Match, ...] = ("all", "any", "none")
MOST_DEPTH = 3
MOST_CONDITIONS = 30


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions and groups of them; `match` says how many must be true. Without any it is everybody."""

    match: Match = "all"
    conditions: tuple["Condition | Group", ...] = ()

    def listed(self) -> Iterator[Condition]:
        """All conditions, those of inner groups too, in their order."""
        for each in self.conditions:
            if isinstance(each, Group):
                yield from each.listed()
            else:
                yield each


type Filter = Group
EVERYBODY = Group()


def from_json(raw: Any) -> Filter:
    """Read a filter; raises `FilterNotPossible`, whose field names the place (`conditions.2.days`)."""
    read = _group(raw, "", 1)
    if sum(1 for _ in read.listed()) > MOST_CONDITIONS:
        raise FilterNotPossible(f"A filter has at most {MOST_CONDITIONS} conditions.", field="conditions")
    return read if read.conditions else EVERYBODY


def to_json(filter: Filter) -> dict[str, Any]:
    """Write a filter as JSON."""
    return {
        "match": filter.match,
        "conditions": [
            to_json(each) if isinstance(each, Group) else conditions.to_json(each) for each in filter.conditions
        ],
    }


def _group(raw: Any, place: str, depth: int) -> Group:
    prefix = f"{place}." if place else ""
    if not isinstance(raw, Mapping) or not isinstance(listed := raw.get("conditions"), list | tuple):
        raise FilterNotPossible("A group is a list of conditions.", field=f"{prefix}conditions")
    if raw.get("match") not in MATCHES:
        raise FilterNotPossible("Say all, any or none.", field=f"{prefix}match")
    if unknown := sorted(set(map(str, raw)) - {"match", "conditions"}):
        raise FilterNotPossible("A group has no such part.", field=f"{prefix}{unknown[0][: conditions.LONGEST_WORD]}")
    if depth > 1 and not listed:
        raise FilterNotPossible("This group is empty: add a condition or remove it.", field=f"{prefix}conditions")
    if depth > MOST_DEPTH:
        raise FilterNotPossible(f"Groups stand at most {MOST_DEPTH} deep.", field=place)
    if len(listed) > MOST_CONDITIONS:
        raise FilterNotPossible(f"A filter has at most {MOST_CONDITIONS} conditions.", field=f"{prefix}conditions")
    read = tuple(_one(each, f"{prefix}conditions.{number}", depth) for number, each in enumerate(listed))
    return Group(cast(Match, raw["match"]), read)


def _one(raw: Any, place: str, depth: int) -> Condition | Group:
    if not isinstance(raw, Mapping):
        raise FilterNotPossible("A condition says what must be true.", field=place)
    return _group(raw, place, depth + 1) if "match" in raw else conditions.read(raw, place)
