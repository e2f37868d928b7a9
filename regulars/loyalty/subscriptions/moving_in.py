"""Brings consent along from another system by sets: what was said when and where, for members who are new."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from regulars.journal import actions as journal
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.loyalty.subscriptions import queries
from regulars.loyalty.subscriptions.events import ConsentImported

CAUSE = "imported"
_ADD = """
with given as materialized ({given}), entry as (
  insert into loyalty_subscriptions_entry (member_id, recorded_at, cause, by_kind, by_id, door, cells, wording, reason)
  select member_id, recorded_at, %(cause)s, %(by_kind)s, %(by_id)s, %(door)s,
         case when is_first then %(nothing)s::jsonb || cells else cells end, wording, reason
    from given order by member_id, place
  returning id, member_id, recorded_at, cells
), choice as (
  insert into loyalty_subscriptions_choice (member_id, mailing_type_id, channels_on, changed_at)
  select distinct on (e.member_id, t.id) e.member_id, t.id, c.value::int, e.recorded_at
    from entry e cross join jsonb_each_text(e.cells) c join loyalty_subscriptions_mailingtype t on t.code = c.key
   order by e.member_id, t.id, e.id desc
)
select count(*) as entries, count(distinct member_id) as members from entry
"""


def begin_as_told(given: str, params: Mapping[str, Any], *, source: str, by: Actor, at: datetime) -> int:
    """Write down the consent with which members come, in an open transaction; answers how many entries.

    Columns of the query `given`: member_id, place (in the member's own order), is_first, recorded_at, cells (as the journal
    has them), wording, reason. What nobody spoke of is off, and stands so in a member's first entry; read-only cells are on,
    as ever. Not repeatable: called once, when a member is made.
    """
    nothing = {kind.code: 0 for kind in queries.list_types() if not kind.is_read_only}
    more = {
        "cause": CAUSE,
        "by_kind": by.kind,
        "by_id": by.id,
        "door": by.door,
        "nothing": orjson.dumps(nothing).decode(),
    }
    added = sql.fetch(dict, _ADD.format(given=given), {**params, **more})[0]
    if added["entries"]:
        journal.record(ConsentImported(source, added["members"], added["entries"]), by=by, at=at)
    return int(added["entries"])
