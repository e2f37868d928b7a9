"""The rows of versions: the winning change of Mailings × channel of each member, locked in one order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from regulars.contract.merge import BEGINNING, Version
from regulars.kit import sql

type Key = tuple[int, str]
"""A member's inner id and a channel."""

_BEGIN = """
insert into loyalty_sync_channelversion (member_id, channel, is_on, version_at, origin, cause, applied_at)
select member_id, channel, true, %s, '', '', %s from unnest(%s::bigint[], %s::text[]) as given (member_id, channel)
 order by 1, 2
on conflict (member_id, channel) do nothing
"""
_LOCK = """
select v.member_id, v.channel, v.is_on, v.version_at, v.origin, v.applied_at
  from loyalty_sync_channelversion v
 where (v.member_id, v.channel) in (select * from unnest(%s::bigint[], %s::text[]))
 order by v.member_id, v.channel for update
"""
_WRITE = """
update loyalty_sync_channelversion v
   set is_on = new.is_on, version_at = new.version_at, origin = new.origin, cause = new.cause, applied_at = %s
  from unnest(%s::bigint[], %s::text[], %s::bool[], %s::timestamptz[], %s::text[], %s::text[])
       as new (member_id, channel, is_on, version_at, origin, cause)
 where v.member_id = new.member_id and v.channel = new.channel
"""


@dataclass(frozen=True, slots=True)
class Known:
    """The winning version so far, and when it began to hold here by our own clock."""

    version: Version
    applied_at: datetime


def lock(keys: Iterable[Key]) -> dict[Key, Known]:
    """Lock these versions until the transaction ends; one that is missing is made first, older than any change."""
    members, channels = _columns(keys)
    sql.run(_BEGIN, [BEGINNING, BEGINNING, members, channels])
    rows = sql.fetch(dict, _LOCK, [members, channels])
    return {
        (row["member_id"], row["channel"]): Known(
            Version(row["version_at"], row["is_on"], row["origin"]), row["applied_at"]
        )
        for row in rows
    }


def write(won: Mapping[Key, Version], causes: Mapping[Key, str], *, applied_at: datetime) -> None:
    """Write versions that were locked."""
    members, channels = _columns(won)
    values = list(won.values())
    columns = [[v.is_on for v in values], [v.at for v in values], [v.origin for v in values]]
    sql.run(_WRITE, [applied_at, members, channels, *columns, [causes[key] for key in won]])


def _columns(keys: Iterable[Key]) -> tuple[list[int], list[str]]:
    listed = list(keys)
    return [member_id for member_id, _ in listed], [channel for _, channel in listed]
