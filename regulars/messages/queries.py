"""Looks at the queue: counts by state, a person's messages."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count

from regulars.kit import sql
from regulars.messages.cost import Cost
from regulars.messages.models import Message, Receipt, Suppression

_BY_RUN = (
    "select state, reason, count(*)::bigint as count from messages_message where run_id = %s group by state, reason"
)
_LEFT_OF_RUN = """
select 1 as one from messages_message
 where run_id = %s and state in ('queued', 'claimed', 'submitting') limit 1
"""
# A part that the provider took is paid for, whatever became of it afterwards. Addresses that begin alike cost the same, so
# that the price list is asked once for each beginning and not for each part.
_COST_OF_RUN = """
with alike as (
  select d.gateway_id, left(m.address, (select coalesce(max(length(prefix)), 0) from providers_price)) as beginning,
         count(*) as parts
    from messages_message m
    join messages_delivery d on d.person_id = m.person_id and d.message_id = m.id
   where m.run_id = %s and (d.provider_id <> '' or d.state in ('accepted', 'delivered', 'read', 'unknown'))
   group by 1, 2)
select coalesce(sum(price.price_micros * alike.parts), 0)::bigint as micros, coalesce(sum(alike.parts), 0)::bigint as parts,
       coalesce(sum(alike.parts) filter (where price.price_micros is null), 0)::bigint as unpriced_parts
  from alike
  left join lateral (
    select p.price_micros from providers_price p
     where p.gateway_id = alike.gateway_id and starts_with(alike.beginning, p.prefix)
     order by length(p.prefix) desc limit 1) price on true
"""


def count_by_state(system: str | None = None) -> dict[str, dict[str, int]]:
    """How many messages of each channel stand in which state."""
    messages = Message.objects.all() if system is None else Message.objects.filter(system=system)
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    for channel, state, count in messages.values_list("channel", "state").annotate(count=Count("id")):
        counted[channel][state] = count
    return dict(counted)


def count_waiting() -> int:
    """How many messages are queued or on their way to a gateway."""
    return Message.objects.filter(state__in=["queued", "claimed", "submitting"]).count()


def count_unmatched_receipts() -> int:
    """How many receipts have found no message."""
    return Receipt.objects.count()


def oldest_waiting(channel: str) -> datetime | None:
    """When the oldest message of a channel that waits was ready to go."""
    waiting = Message.objects.filter(channel=channel, state="queued").order_by("next_at")
    return waiting.values_list("next_at", flat=True).first()


def count_by_run(run_id: int) -> dict[tuple[str, str], int]:
    """How many messages of a run stand in which state, by state and reason; one look into an index."""
    return {(row["state"], row["reason"]): row["count"] for row in sql.fetch(dict, _BY_RUN, [run_id])}


def has_left_of_run(run_id: int) -> bool:
    """Whether a message of the run still waits or is being handed over."""
    return bool(sql.fetch(dict, _LEFT_OF_RUN, [run_id]))


def cost_of_run(run_id: int) -> Cost:
    """What a run has cost so far: the parts that providers took, at today's prices of their gateways."""
    return sql.fetch(Cost, _COST_OF_RUN, [run_id])[0]


def list_suppressed(channel: str, addresses: Sequence[str]) -> set[str]:
    """Those of the addresses that a provider called dead."""
    found = Suppression.objects.filter(channel=channel, address__in=list(addresses))
    return set(found.values_list("address", flat=True))
