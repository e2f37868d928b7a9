"""Brings cards along from another system by sets, with the numbers they have."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from regulars.journal import actions as journal
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.loyalty.cards.events import CardsImported
from regulars.loyalty.cards.models import Series

SERIES, BLOCKED = "moved_in", "moved_in"
_ADD = """
with given as materialized ({given}), card as (
  insert into loyalty_cards_card (number, series_id, member_id, state, issued_at, activated_at, blocked_at, block_reason)
  select g.number, coalesce(s.id, %(series)s), g.member_id,
         case when g.state = 'blocked' then 'blocked' when g.member_id is null then 'issued' else 'active' end,
         coalesce(g.issued_at, %(at)s), case when g.member_id is not null then coalesce(g.issued_at, %(at)s) end,
         case when g.state = 'blocked' then %(at)s::timestamptz end, case when g.state = 'blocked' then %(reason)s else '' end
    from given g left join loyalty_cards_series s on s.length = length(g.number) and s.length > 0
                                                  and starts_with(g.number, s.prefix)
   order by g.place
  on conflict (number) do nothing returning number, series_id
), highest as (
  select c.series_id, max(substr(c.number, length(s.prefix) + 1, s.length - length(s.prefix) - 1)::bigint) + 1 as next_number
    from card c join loyalty_cards_series s on s.id = c.series_id and s.length > 0 group by c.series_id
), series as (
  update loyalty_cards_series s set next_number = greatest(s.next_number, h.next_number) from highest h where h.series_id = s.id
)
select count(*) as cards from card
"""


def add_cards(given: str, params: Mapping[str, Any], *, by: Actor, at: datetime) -> int:
    """Add the cards that the query `given` finds, in an open transaction; answers how many. Numbers that are there stay.

    Its columns: place, number, member_id, state, issued_at. A number that a series of ours could have given out belongs to
    that series, which goes on behind it; all others belong to the series “moved in”, from which no card is issued.
    """
    series, _ = Series.objects.get_or_create(code=SERIES, defaults={"name": "Moved in", "prefix": "", "length": 0})
    more = {"series": series.pk, "reason": BLOCKED, "at": at}
    cards = int(sql.fetch(dict, _ADD.format(given=given), {**params, **more})[0]["cards"])
    if cards:
        journal.record(CardsImported(cards), by=by, at=at)
    return cards
