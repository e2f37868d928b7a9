"""How well reactions keep up: what the doctor looks at, and what is measured."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from regulars.kit import checks, metrics, sql
from regulars.kit.checks import Finding, failed, ok, span, warning
from regulars.kit.metrics import Metric

LATE_S, TOO_LATE_S = 300.0, 3_600.0
MOST: Final = 10_000
"""Beyond so many nobody counts on: it takes long, and says nothing more."""
_WAITING: Final = f"""
select count(*)::int as count, coalesce(extract(epoch from now() - min(next_at)), 0)::float as age_s, max(attempts)::int as tries
  from (select next_at, attempts from journal_delivery where state = 'waiting' order by next_at, id limit {MOST}) waiting
"""
_DEAD: Final = f"""
select count(*)::int as count, min(reaction) as first from
  (select reaction from journal_delivery where state = 'dead' limit {MOST}) dead
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many deliveries wait, since when the first one is due, and how often the most stubborn was tried."""

    count: int
    age_s: float
    tries: int | None


def register() -> None:
    """Let the doctor look, and say what is measured."""
    checks.register("reactions", reactions_keep_up)
    metrics.register(
        Metric(
            "regulars_reactions_waiting",
            f"Reactions that wait for their turn; counted up to {MOST}.",
            f"select count as value from ({_WAITING}) figures",
        )
    )
    metrics.register(
        Metric(
            "regulars_reactions_oldest_seconds",
            "For how long the first of them is due; 0 when none is.",
            f"select greatest(age_s, 0) as value from ({_WAITING}) figures",
        )
    )
    metrics.register(
        Metric(
            "regulars_reactions_dead",
            "Reactions that failed too often and wait for somebody to look.",
            f"select count as value from ({_DEAD}) figures",
        )
    )


def reactions_keep_up(at: datetime) -> Finding:
    """Look for how long reactions wait, and whether some gave up."""
    name = "reactions"
    waiting, dead = sql.fetch(Waiting, _WAITING)[0], sql.fetch(dict, _DEAD)[0]
    if waiting.age_s > LATE_S:
        said = f"{_many(waiting.count)} wait, the first for {span(waiting.age_s)}; the last error stands in the outbox."
        fix = "regulars doctor worker"
        return failed(name, said, fix) if waiting.age_s > TOO_LATE_S else warning(name, said, fix)
    if dead["count"]:
        said = f"{_many(dead['count'])} gave up after too many tries, such as {dead['first']}."
        return warning(name, said, "Back office, Journal and bridge, Outbox: state dead")
    return ok(name, "Nothing that follows from what happened is late.")


def _many(count: int) -> str:
    return "1 reaction" if count == 1 else f"{count:,}{' or more' if count >= MOST else ''} reactions"
