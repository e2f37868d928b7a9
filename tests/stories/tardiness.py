"""How long after an opt-out something still left: pure arithmetic on what was said and what was handed over."""

from collections.abc import Iterable
from typing import NamedTuple

from tests.stories.crowd import Kind, Left

WITHIN_S = 1.0


class Refused(NamedTuple):
    """From this instant on a kind of message is refused by somebody, through a door."""

    door: str
    person_id: str
    kind: Kind
    since: float


class Late(NamedTuple):
    """A message that left after it was refused."""

    door: str
    person_id: str
    kind: Kind
    after_s: float
    told_by: str


def after_refusal(refusals: Iterable[Refused], left: Iterable[Left]) -> list[Late]:
    """Everything that left after it was refused, however little."""
    known = {(one.person_id, one.kind): one for one in refusals}
    return [
        Late(refused.door, *refused[1:3], one.at - refused.since, one.told_by)
        for one in left
        if (refused := known.get((one.person_id, one.kind))) and one.at > refused.since
    ]


def too_late(refusals: Iterable[Refused], left: Iterable[Left]) -> list[Late]:
    """What left more than a second after it was refused."""
    return [one for one in after_refusal(refusals, left) if one.after_s > WITHIN_S]
