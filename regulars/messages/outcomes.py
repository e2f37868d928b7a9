"""What became of the people of a run: counted, and one by one; whoever has a message stands where the message stands."""

from dataclasses import dataclass
from datetime import datetime

from regulars.kit import sql
from regulars.messages import queries
from regulars.runs import queries as runs
from regulars.runs.models import Run

# Asking for a state of messages begins at the messages, by their index.
_OUTCOME = """
select r.id, r.person_id, coalesce(m.state, r.state) as state,
       coalesce(nullif(m.reason, ''), r.reason) as reason, m.state_at as at
  from runs_recipient r {join} messages_message m on m.person_id = r.person_id and m.run_id = r.run_id
 where r.run_id = %s and r.id > %s and (%s = '' or r.person_id = %s) and (%s = '' or {column} = %s)
   and (%s = '' or coalesce(nullif(m.reason, ''), r.reason) = %s)
 order by r.id limit %s
"""
OWN_STATES = ("waiting", "skipped")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one person in a run; `id` is the bookmark for the next page."""

    id: int
    person_id: str
    state: str
    reason: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is, in people: every person of the audience is in exactly one of these."""

    people: int
    without_text: int
    waiting: int
    accepted: int
    delivered: int
    failed: int
    unknown: int
    left_out: dict[str, int]

    @property
    def settled(self) -> int:
        """For how many nothing is left to be done."""
        return self.people - self.without_text - self.waiting


def progress(run: Run) -> Progress:
    """How far a run is: two counts, each one look into an index."""
    frozen, sent = runs.progress(run), queries.count_by_run(run.pk)
    counted: dict[str, int] = {}
    reasons = dict(frozen.skipped)
    for (state, reason), count in sent.items():
        counted[state] = counted.get(state, 0) + count
        if state in ("skipped", "cancelled", "expired"):
            named = reason or state
            reasons[named] = reasons.get(named, 0) + count
    if runs.is_over(run) and frozen.waiting:
        reasons["run_cancelled"] = reasons.get("run_cancelled", 0) + frozen.waiting
    return Progress(
        people=frozen.people,
        without_text=0 if runs.is_over(run) else frozen.waiting,
        waiting=sum(counted.get(state, 0) for state in ("queued", "claimed", "submitting")),
        accepted=counted.get("accepted", 0),
        delivered=counted.get("delivered", 0) + counted.get("read", 0),
        failed=counted.get("failed", 0),
        unknown=counted.get("unknown", 0),
        left_out=dict(sorted(reasons.items(), key=lambda each: -each[1])),
    )


def list_outcomes(
    run: Run, *, person_id: str = "", state: str = "", reason: str = "", after_id: int = 0, limit: int = 50
) -> list[Outcome]:
    """The next people of a run after a bookmark, with what became of them; `state` is a message's or `waiting`, `skipped`.

    `skipped` means people left out before they had a message, and those whose message the gate stopped.
    """
    if state == "skipped":
        join, column = "left join", "coalesce(m.state, r.state)"
    elif state and state not in OWN_STATES:
        join, column = "join", "m.state"
    else:
        join, column = "left join", "r.state"
    asked = [run.pk, after_id, person_id, person_id, state, state, reason, reason, limit]
    return sql.fetch(Outcome, _OUTCOME.format(join=join, column=column), asked)
