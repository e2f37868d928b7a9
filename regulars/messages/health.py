"""How well messages leave: what the doctor looks at, and what is measured; found in the indexes of what waits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from regulars.kit import checks, metrics, sql
from regulars.kit.checks import Finding, failed, ok, span, warning
from regulars.kit.metrics import Metric
from regulars.messages.tallies import RECEIPT
from regulars.providers import queries as providers

LANES: Final = ("codes", "events", "mailings")
# From when on it is late, and too late, in seconds, by lane. A mailing takes as long as its gateway lets it.
LIMITS: Final = ((30.0, 120.0), (300.0, 3_600.0), (3_600.0, 21_600.0))
MOST: Final = 10_000
"""Beyond so many nobody counts on: it takes long, and says nothing more."""
_CHANNELS: Final = "select distinct channel from providers_gateway"
# One look into an index for each channel and lane. What belongs to a run has an index by run.
_OLDEST: Final = f"""
select lane.number as lane, coalesce(extract(epoch from now() - min(first.next_at)), 0)::float as age_s,
       coalesce(sum(first.count), 0)::int as count
  from (values (0), (1), (2)) lane (number)
  left join lateral (
    select waiting.next_at, waiting.count from ({_CHANNELS}) of_channel, lateral (
      select min(next_at) as next_at, count(*)::int as count from (
        select next_at from messages_message m
         where m.channel = of_channel.channel and m.lane = lane.number and m.state = 'queued' and m.run_id is null
         order by next_at, id limit {MOST}) few) waiting
     union all
    select waiting.next_at, waiting.count from runs_run r, lateral (
      select min(next_at) as next_at, count(*)::int as count from (
        select next_at from messages_message m where m.run_id = r.id and m.state = 'queued'
         order by next_at, id limit {MOST}) few) waiting
     where lane.number = 2 and r.state in ('queueing', 'sending') and not r.is_held) first on true
 group by lane.number order by lane.number
"""
_NAMED: Final = "(array['codes', 'events', 'mailings'])[lane + 1]"
_LEASED: Final = f"""
select {_NAMED} as lane, state, count(*)::int as value from messages_message
 where state in ('claimed', 'submitting') and lease_until > '-infinity' group by 1, 2
"""

_TALLY: Final = f"""
select coalesce(g.name, 'gone') as gateway, replace(t.outcome, '{RECEIPT}', '') as outcome, t.count as value
  from messages_tally t left join providers_gateway g on g.id = t.gateway_id
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in one lane: how many, counted only so far, and for how long the first one may go."""

    lane: int
    age_s: float
    count: int


def register() -> None:
    """Let the doctor look, and say what is measured."""
    checks.register("messages", messages_leave)
    metrics.register(
        Metric(
            "regulars_messages",
            f"Messages by state and lane; those queued are counted up to {MOST} for each channel or run.",
            f"select {_NAMED} as lane, 'queued' as state, count as value from ({_OLDEST}) waiting union all {_LEASED}",
            ("lane", "state"),
        )
    )
    metrics.register(
        Metric(
            "regulars_sends_total",
            "Parts handed to a gateway, by what it answered.",
            f"{_TALLY} where not starts_with(outcome, '{RECEIPT}')",
            ("gateway", "outcome"),
            "counter",
        )
    )
    metrics.register(
        Metric(
            "regulars_receipts_total",
            "What providers reported afterwards.",
            f"{_TALLY} where starts_with(outcome, '{RECEIPT}')",
            ("gateway", "outcome"),
            "counter",
        )
    )
    metrics.register(
        Metric(
            "regulars_messages_oldest_seconds",
            "For how long the first queued message of a lane may go; 0 when none waits.",
            f"select {_NAMED} as lane, greatest(age_s, 0) as value from ({_OLDEST}) waiting",
            ("lane",),
        )
    )


def messages_leave(at: datetime) -> list[Finding]:
    """Look for how long messages wait that may go."""
    name = "messages"
    if hold := providers.find_hold():
        since = span((at - hold.since_at).total_seconds())
        return [warning(name, f"All sending is held, for {since}: {hold.reason}", "regulars release")]
    late = [found for one in sql.fetch(Waiting, _OLDEST) if (found := _late(name, one))]
    return late or [ok(name, "No message waits longer than it should.")]


def _late(name: str, waiting: Waiting) -> Finding | None:
    late_s, too_late_s = LIMITS[waiting.lane]
    if waiting.age_s <= late_s:
        return None
    said = f"{waiting.count:,} {LANES[waiting.lane]} wait, the first for {span(waiting.age_s)}."
    fix = "regulars doctor worker gateways"
    return failed(name, said, fix) if waiting.age_s > too_late_s else warning(name, said, fix)
