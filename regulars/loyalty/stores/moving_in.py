"""Gives stores the till of their past: closed from the start, for receipts that came from another system."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit import ids, sql
from regulars.kit.actor import Actor
from regulars.loyalty.stores.events import PastTillsAdded

MOVED_IN: Final = "moved-in"
_ADD = """
insert into loyalty_stores_till (public_id, store_id, code, name, is_open)
select public_id, store_id, %s, 'Moved in', false
  from unnest(%s::text[], %s::bigint[]) as given (public_id, store_id)
on conflict (store_id, code) do nothing
returning public_id
"""


@transaction.atomic
def add_past_tills(store_ids: Sequence[int], *, by: Actor, at: datetime) -> int:
    """Add to each of these stores a closed till “Moved in”, unless it has one; answers how many were new."""
    columns = [[ids.new("til") for _ in store_ids], list(store_ids)]
    added = [str(row["public_id"]) for row in sql.fetch(dict, _ADD, [MOVED_IN, *columns])]
    if added:
        journal.record(PastTillsAdded(tuple(added)), by=by, at=at)
    return len(added)
