"""Entries of the consent journal: what they look like, and how many are written together."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from regulars.kit import sql
from regulars.kit.actor import Actor

_WRITE_ENTRIES = """
insert into smartcomms_subscriptions_entry (person_id, recorded_at, cause, by_kind, by_id, door, changes, reason)
select person_id, %s, %s, %s, %s, %s, changes::jsonb, %s from unnest(%s::text[], %s::text[]) as t (person_id, changes)
returning id
"""


def changes_of(channels: Mapping[str, bool], categories: Mapping[tuple[str, str], bool]) -> dict[str, Any]:
    """The changes of one entry: channels, and categories by code."""
    by_code: dict[str, dict[str, bool]] = {}
    for (code, channel), is_on in categories.items():
        by_code.setdefault(code, {})[str(channel)] = is_on
    return {"channels": {str(channel): is_on for channel, is_on in channels.items()}, "categories": by_code}


def by_person(flipped: Mapping[tuple[str, str], bool]) -> dict[str, dict[str, Any]]:
    """The changes of channels of many people, each with an entry of their own."""
    channels: dict[str, dict[str, bool]] = {}
    for (person_id, channel), is_on in flipped.items():
        channels.setdefault(person_id, {})[channel] = is_on
    return {person_id: changes_of(its, {}) for person_id, its in channels.items()}


def write(changes: Mapping[str, Mapping[str, Any]], *, cause: str, reason: str, by: Actor, at: datetime) -> list[int]:
    """Write one entry per person and answer their ids."""
    bodies = [orjson.dumps(change).decode() for change in changes.values()]
    columns = [at, cause, by.kind, by.id, by.door, reason, list(changes), bodies]
    return [int(row["id"]) for row in sql.fetch(dict, _WRITE_ENTRIES, columns)]
