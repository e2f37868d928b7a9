"""What becomes of a message: from the parts' outcomes, and from the states of its deliveries; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.messages.gateway import Outcome, PartResult

# What is known of a part, least first: news only ever moves it to the right, so the order of arrival does not matter.
ORDER = ("submitting", "waiting", "unanswered", "accepted", "unknown", "delivered", "read", "failed")

STATE_AFTER: Mapping[Outcome, str] = {
    Outcome.ACCEPTED: "accepted",
    Outcome.FAILED: "failed",
    Outcome.RETIRE: "failed",
    Outcome.UNKNOWN: "unanswered",
    Outcome.LATER: "waiting",
    Outcome.SLOW: "waiting",
    Outcome.UNSENT: "waiting",
    Outcome.CREDENTIALS: "waiting",
}
_PAUSE_S: Mapping[Outcome, float] = {
    Outcome.LATER: 5,
    Outcome.SLOW: 1,
    Outcome.UNSENT: 0.5,
    Outcome.CREDENTIALS: 30,
}

_RANK = f"array_position(array[{', '.join(repr(state) for state in ORDER)}], {{}})"


def rank_sql(expression: str) -> str:
    """Write, in SQL, how much a state knows."""
    return _RANK.format(expression)


# The state of a message as the fold of its deliveries `d`: failed when one part is, delivered when all are.
FOLD_SQL = """
case when bool_or(d.state = 'failed') then 'failed'
     when bool_or(d.state in ('unanswered', 'unknown')) then 'unknown'
     when bool_or(d.state = 'submitting') then 'submitting'
     when bool_or(d.state = 'waiting') then 'queued'
     when bool_and(d.state = 'read') then 'read'
     when bool_and(d.state in ('delivered', 'read')) then 'delivered'
     else 'accepted' end
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the first part that was not accepted means for the message as a whole; `pause_s` is until the next try."""

    reason: str = ""
    pause_s: float = 0
    is_counted: bool = False
    retires_address: bool = False
    pauses_gateway: bool = False


def verdict(results: Sequence[PartResult]) -> Verdict:
    """Judge the outcomes of one attempt. The pause after *later* is the first one; it doubles with each refusal."""
    for result in results:
        if result.outcome is not Outcome.ACCEPTED:
            return Verdict(
                reason=result.code or str(result.outcome),
                pause_s=_PAUSE_S.get(result.outcome, 0),
                is_counted=result.outcome is Outcome.LATER,
                retires_address=result.outcome is Outcome.RETIRE,
                pauses_gateway=result.outcome is Outcome.CREDENTIALS,
            )
    return Verdict()
