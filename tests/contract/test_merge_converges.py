"""Both sides of the bridge end in the same state, whatever the order, repetition and delay; wrong rules do not."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import find, given, settings
from hypothesis import strategies as st

from regulars.contract import merge
from regulars.contract.merge import BEGINNING, TICK, Version

SIDES = ("loyalty", "smartcomms")
START = datetime(2026, 11, 24, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    """A change made on one side by its own clock (in ticks), or the arrival there of a change of the other side."""

    side: int
    is_on: bool
    clock: int
    arrives: int | None


@dataclass(frozen=True)
class History:
    """What happens, and in which order everything still missing arrives in the end."""

    steps: Sequence[Step]
    shuffle: int


@dataclass(frozen=True)
class Rule:
    """How a side makes a change and what it makes of one that arrives."""

    make: Callable[[Any, datetime, bool, str], Any]
    merge: Callable[[Any, Any], Any]
    value: Callable[[Any], bool] = field(default=lambda state: bool(state.is_on))


def _make(known: Version | None, at: datetime, is_on: bool, origin: str) -> Version:
    return Version(merge.next_at(at, known), is_on, origin)


OURS = Rule(_make, lambda known, new: new if merge.wins(new, known) else known)
TIME_ONLY = Rule(
    lambda known, at, is_on, origin: Version(at, is_on, origin),
    lambda known, new: new if known is None or new.at >= known.at else known,
)


@dataclass(frozen=True)
class Counted:
    """A value with a version vector, for the twin that looks right."""

    is_on: bool
    seen: tuple[int, int]


def _count(known: Counted | None, at: datetime, is_on: bool, origin: str) -> Counted:
    here, there = known.seen if known else (0, 0)
    return Counted(is_on, (here + 1, there) if origin == SIDES[0] else (here, there + 1))


def _off_wins(known: Counted | None, new: Counted) -> Counted:
    if known is None or all(n >= k for n, k in zip(new.seen, known.seen, strict=True)):
        return new
    if all(n <= k for n, k in zip(new.seen, known.seen, strict=True)):
        return known
    joined = max(new.seen[0], known.seen[0]), max(new.seen[1], known.seen[1])
    return Counted(new.is_on and known.is_on, joined)


VECTOR = Rule(_count, _off_wins)


def play(history: History, rule: Rule) -> list[Any]:
    states: list[Any] = [None, None]
    sent: list[list[Any]] = [[], []]
    for step in history.steps:
        other = sent[1 - step.side]
        if step.arrives is None:
            made = rule.make(states[step.side], START + step.clock * TICK, step.is_on, SIDES[step.side])
            states[step.side] = made
            sent[step.side].append(made)
        elif other:
            states[step.side] = rule.merge(states[step.side], other[step.arrives % len(other)])
    order = random.Random(history.shuffle)
    for side in (0, 1):
        late = sent[1 - side] * 2
        order.shuffle(late)
        for change in late:
            states[side] = rule.merge(states[side], change)
    return states


def converges(history: History, rule: Rule) -> bool:
    here, there = play(history, rule)
    return (here is None) == (there is None) and (here is None or rule.value(here) == rule.value(there))


steps = st.builds(
    Step,
    side=st.integers(0, 1),
    is_on=st.booleans(),
    clock=st.integers(0, 3),
    arrives=st.none() | st.integers(0, 4),
)
histories = st.builds(History, steps=st.lists(steps, max_size=12), shuffle=st.integers(0, 2**16))


@settings(max_examples=300, deadline=None)
@given(histories)
def test_any_order_repetition_and_delay_end_in_the_same_state(history: History) -> None:
    here, there = play(history, OURS)

    assert here == there


def test_ten_thousand_random_histories_end_in_the_same_state() -> None:
    chance = random.Random(20261124)

    for _ in range(10_000):
        made = [
            Step(chance.randrange(2), chance.random() < 0.5, chance.randrange(4), chance.choice([None, 0, 1, 2]))
            for _ in range(chance.randrange(13))
        ]
        here, there = play(History(made, chance.randrange(2**16)), OURS)
        assert here == there


def test_the_twin_that_compares_time_only_is_caught() -> None:
    found = find(histories, lambda history: not converges(history, TIME_ONLY))

    assert converges(found, OURS)


def test_the_twin_with_version_vectors_where_off_wins_is_caught() -> None:
    found = find(histories, lambda history: not converges(history, VECTOR))

    assert converges(found, OURS)


def test_of_two_changes_at_the_same_instant_the_opt_out_wins() -> None:
    on, off = Version(START, True, "smartcomms"), Version(START, False, "loyalty")

    assert merge.wins(off, on)
    assert not merge.wins(on, off)
    assert not merge.wins(off, off)


def test_a_change_made_here_ranks_after_everything_known_here() -> None:
    known = Version(START + timedelta(minutes=3), False, "smartcomms")

    made = Version(merge.next_at(START, known), True, "loyalty")

    assert merge.wins(made, known)
    assert made.at - known.at == TICK


def test_a_clock_that_fell_back_to_1970_blocks_nothing() -> None:
    old = Version(BEGINNING + TICK, False, "smartcomms")
    true = Version(START, True, "smartcomms")

    assert merge.wins(true, old)
    assert not merge.wins(old, true)


def test_a_change_without_a_time_can_only_switch_off() -> None:
    assert merge.without_a_time(False, "loyalty", START) == Version(START, False, "loyalty")
    assert merge.without_a_time(True, "loyalty", START) is None


def test_only_what_is_more_than_five_minutes_ahead_is_from_the_future() -> None:
    assert not merge.is_from_the_future(Version(START + timedelta(minutes=5), True, "loyalty"), START)
    assert merge.is_from_the_future(Version(START + timedelta(minutes=5) + TICK, True, "loyalty"), START)
