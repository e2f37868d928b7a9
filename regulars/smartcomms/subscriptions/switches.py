"""The rows of channel switches: locked in one order, judged by the rule of the bridge, written together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from regulars.contract import merge
from regulars.contract.channels import SMARTCOMMS_CHANNELS
from regulars.contract.merge import BEGINNING, Version
from regulars.kit import sql

type Key = tuple[str, str]
"""A person and a channel."""

_BEGIN = """
insert into smartcomms_subscriptions_channelswitch (person_id, channel, is_on, version_at, origin)
select person_id, channel, true, %s, '' from unnest(%s::text[], %s::text[]) as given (person_id, channel)
 order by 1, 2
on conflict (person_id, channel) do nothing
"""
_LOCK = """
select s.person_id, s.channel, s.is_on, s.version_at, s.origin
  from smartcomms_subscriptions_channelswitch s
 where (s.person_id, s.channel) in (select * from unnest(%s::text[], %s::text[]))
 order by s.person_id, s.channel for update
"""
_WRITE = """
update smartcomms_subscriptions_channelswitch s
   set is_on = new.is_on, version_at = new.version_at, origin = new.origin
  from unnest(%s::text[], %s::text[], %s::bool[], %s::timestamptz[], %s::text[])
       as new (person_id, channel, is_on, version_at, origin)
 where s.person_id = new.person_id and s.channel = new.channel
"""


def begin(person_ids: Sequence[str]) -> None:
    """Give people all five switches, on, older than any change; switches that are there stay as they are."""
    _begin([(person_id, channel) for person_id in person_ids for channel in SMARTCOMMS_CHANNELS])


def _begin(keys: Iterable[Key]) -> None:
    people, channels = _columns(keys)
    sql.run(_BEGIN, [BEGINNING, people, channels])


def lock(keys: Iterable[Key]) -> dict[Key, Version]:
    """Lock these switches until the transaction ends and answer how they stand; missing ones are made first."""
    wanted = list(keys)
    _begin(wanted)
    rows = sql.fetch(dict, _LOCK, list(_columns(wanted)))
    return {(row["person_id"], row["channel"]): Version(row["version_at"], row["is_on"], row["origin"]) for row in rows}


def made_here(wanted: Mapping[Key, bool], known: Mapping[Key, Version], *, at: datetime) -> dict[Key, Version]:
    """The changes among what is wanted, each ranked after everything known about its switch."""
    return {
        key: Version(merge.next_at(at, known[key]), is_on, "smartcomms")
        for key, is_on in wanted.items()
        if known[key].is_on is not is_on
    }


def write(versions: Mapping[Key, Version]) -> None:
    """Write switches that were locked."""
    people, channels = _columns(versions)
    values = list(versions.values())
    columns = [[v.is_on for v in values], [v.at for v in values], [v.origin for v in values]]
    sql.run(_WRITE, [people, channels, *columns])


def _columns(keys: Iterable[Key]) -> tuple[list[str], list[str]]:
    listed = list(keys)
    return [person_id for person_id, _ in listed], [channel for _, channel in listed]
