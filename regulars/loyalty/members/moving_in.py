"""Brings people along from another system by sets: rows that stand in the database already, in a transaction that is open."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from regulars.journal import actions as journal
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.loyalty.members.actions import PhoneTaken
from regulars.loyalty.members.events import MembersImported
from regulars.loyalty.members.imports import NewMember

TOGETHER = 1000
_ADD = """
with given as materialized ({given}), member as (
  insert into loyalty_members_member (public_id, state, first_name, last_name, birth_date, locale, time_zone, city, store_id,
                                      registered_at, registered_via)
  select public_id, state, first_name, last_name, birth_date, coalesce(nullif(locale, ''), 'en'), time_zone, city, store_id,
         coalesce(joined_at, %(at)s), %(source)s
    from given order by place
  returning id, public_id
), person as (
  select m.id, m.public_id, g.number, g.phone, g.email, g.place from given g join member m using (public_id)
), identifier as (
  insert into loyalty_members_identifier (kind, value, member_id)
  select k.kind, k.value, p.id from person p
   cross join lateral (values ('external', p.number), ('phone', p.phone), ('email', p.email)) k (kind, value)
   where k.value <> ''
  on conflict (kind, value) do nothing returning 1
)
select id as member_id, public_id, number as external_number,
       (select count(*) from identifier) as linked,
       (select count(*) + count(nullif(phone, '')) + count(nullif(email, '')) from given) as wanted
  from person order by place
"""


def add_members(given: str, params: Mapping[str, Any], *, source: str, by: Actor, at: datetime) -> list[NewMember]:
    """Add the people whom the query `given` finds; answers them in its order. Nobody is told anything.

    Its columns: place, public_id, state, number, phone, email, first_name, last_name, birth_date, locale, time_zone, city,
    store_id, joined_at; texts in the form that `profiles.read` gives. Raises `PhoneTaken` when somebody took a phone or a
    mailbox of theirs in this instant: then the transaction must not go on.
    """
    rows = sql.fetch(dict, _ADD.format(given=given), {**params, "source": source, "at": at})
    if rows and rows[0]["linked"] < rows[0]["wanted"]:
        raise PhoneTaken("Somebody else registered with a phone of this import just now. Start the import again.")
    made = [NewMember(int(row["member_id"]), row["public_id"], row["external_number"]) for row in rows]
    _tell(made, source, by, at)
    return made


def _tell(made: Sequence[NewMember], source: str, by: Actor, at: datetime) -> None:
    for some in batched(made, TOGETHER, strict=False):
        journal.record(MembersImported(source, tuple(member.public_id for member in some)), by=by, at=at)
