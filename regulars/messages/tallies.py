"""The tally: how often something became of what was handed to a gateway, kept for watching and never read to decide."""

from collections.abc import Mapping
from typing import Final

from regulars.kit import sql

RECEIPT: Final = "receipt_"
"""Begins the word of what a provider reported afterwards."""
_ADD: Final = """
insert into messages_tally as t (gateway_id, outcome, count)
select %s, outcome, count from unnest(%s::text[], %s::bigint[]) as g (outcome, count) order by outcome
on conflict on constraint a_gateway_has_one_tally_per_outcome do update set count = t.count + excluded.count
"""


def add(gateway_id: int, counted: Mapping[str, int]) -> None:
    """Add what a worker counted. It is no event: the messages say what became of them, this only sums it up."""
    sql.run(_ADD, [gateway_id, list(counted), list(counted.values())])
