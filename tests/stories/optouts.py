"""The story of many opt-outs at once: who pressed what when, when it had crossed the bridge, and what left meanwhile."""

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psycopg
from django.db import connection

from tests.stories import tardiness
from tests.stories.conftest import until
from tests.stories.crowd import KINDS, Kind, Left, Person, Town
from tests.stories.tardiness import Late, Refused
from tests.stories.ways_out import WAYS_OUT, Act, WayOut

_AT_ONCE = 4
# What has come over the bridge, in either direction, as anybody sees it who looks at the tables.
_ARRIVED = """
select 'smartcomms', channel, person_id from smartcomms_subscriptions_channelswitch where not is_on
union all
select 'loyalty', 'email', m.public_id
  from loyalty_subscriptions_choice c
  join loyalty_subscriptions_mailingtype t on t.id = c.mailing_type_id and t.code = 'mailings'
  join loyalty_members_member m on m.id = c.member_id
 where c.channels_on & 2 = 0
"""


class Lookout(threading.Thread):
    """Looks fifty times a second which changes have come to the other system, and remembers when it saw each first."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.seen: dict[tuple[str, Kind], float] = {}
        self._url, self._stop_it = url, threading.Event()

    def run(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as there:
            while not self._stop_it.wait(0.02):
                rows = there.execute(_ARRIVED).fetchall()
                now = time.time()
                for system, channel, person_id in rows:
                    self.seen.setdefault((person_id, Kind(system, channel)), now)

    def close(self) -> None:
        self._stop_it.set()
        self.join()


@dataclass
class Told:
    """What the story left behind."""

    refusals: list[Refused] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    states: dict[tuple[str, Kind], str] = field(default_factory=dict)
    exits: dict[str, WayOut] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    crossing_s: dict[str, list[float]] = field(default_factory=dict)
    """How long changes took from the answer to the other system, by the system where they came."""
    seconds: float = 0

    @property
    def too_late(self) -> list[Late]:
        return tardiness.too_late(self.refusals, self.left)

    def stopped(self) -> Counter[str]:
        """How many refused messages were waiting and did not leave, by door."""
        refused = {(one.person_id, one.kind): one.door for one in self.refusals}
        return Counter(door for key, door in refused.items() if self.states[key] in ("cancelled", "skipped"))

    def missing(self) -> list[tuple[str, str, Kind]]:
        """What nobody refused and what did not arrive exactly once."""
        arrived = Counter((one.person_id, one.kind) for one in self.left if one.told_by != "deliveries")
        return [
            (exit_.name, person_id, kind)
            for person_id, exit_ in self.exits.items()
            for kind in KINDS - exit_.refuses - exit_.follows
            if arrived[person_id, kind] != 1
        ]

    def report(self) -> str:
        """The figures, door by door."""
        late: defaultdict[str, list[float]] = defaultdict(list)
        for one in tardiness.after_refusal(self.refusals, self.left):
            late[one.door].append(one.after_s)
        refused, stopped = Counter(one.door for one in self.refusals), self.stopped()
        lines = [
            f"{door:42} refused={count:3} stopped={stopped[door]:3} left afterwards={len(late[door]):2}"
            f" last after={max(late[door], default=0) * 1000:.0f} ms"
            for door, count in refused.items()
        ]
        rates = ", ".join(f"{name} {rate:.1f}/s" for name, rate in sorted(self.rates.items()))
        lines += [
            f"to {system}: {len(its)} changes crossed in {min(its):.2f} to {max(its):.2f} s"
            for system, its in self.crossing_s.items()
        ]
        return "\n".join([*lines, f"{len(self.exits)} members in {self.seconds:.1f} s; taken: {rates}"])


def play(
    town: Town,
    *,
    per_door: int,
    per_second: int,
    spread_s: float,
    early: int = 1,
    doors: Sequence[WayOut] = WAYS_OUT,
) -> Told:
    """Let everybody opt out, through each door as many, while their messages wait at throttled gateways.

    Through each door `early` people come before the gateways open, so that behind each something certainly waits; the
    others race with the senders.
    """
    town.fill(per_door * len(doors))
    town.write_to_everybody()
    told = Told(exits={who.person_id: doors[n % len(doors)] for n, who in enumerate(town.people)})
    acts = [(who, told.exits[who.person_id].prepare(town, who)) for who in town.people]
    first, others = acts[: early * len(doors)], acts[early * len(doors) :]
    random.shuffle(others)
    acts = first + others
    town.throttle(per_second)
    lookout = Lookout(town.url)
    lookout.start()
    with ThreadPoolExecutor(_AT_ONCE) as crowd:
        answers = list(crowd.map(_opt_out, [0.0] * len(first), first))
        began = time.time()
        town.set_gateways()
        begins = [began + spread_s * n / len(others) for n in range(len(others))]
        answers += crowd.map(_opt_out, begins, others)
    until(town.is_quiet, seconds=120)
    told.seconds = time.time() - began
    until(lambda: not _on_the_bridge(told, lookout), seconds=30)
    lookout.close()
    for (who, _), answered_at in zip(acts, answers, strict=True):
        told.refusals += _refusals(told.exits[who.person_id], who, answered_at, lookout)
        for kind in told.exits[who.person_id].follows:
            told.crossing_s.setdefault(kind.system, []).append(lookout.seen[who.person_id, kind] - answered_at)
    told.left, told.states, told.rates = town.left(), town.states(), town.rates()
    print(told.report())
    return told


def _opt_out(begins_at: float, act: tuple[Person, Act]) -> float:
    """Press at the given time, and answer when the answer came."""
    time.sleep(max(0.0, begins_at - time.time()))
    try:
        act[1]()
        return time.time()
    finally:
        connection.close()


def _on_the_bridge(told: Told, lookout: Lookout) -> list[tuple[str, Kind]]:
    wanted = [(person_id, kind) for person_id, exit_ in told.exits.items() for kind in exit_.follows]
    return [key for key in wanted if key not in lookout.seen]


def _refusals(exit_: WayOut, who: Person, answered_at: float, lookout: Lookout) -> list[Refused]:
    at_once = [Refused(exit_.name, who.person_id, kind, answered_at) for kind in exit_.refuses]
    over = [
        Refused(f"bridge to {kind.system}", who.person_id, kind, lookout.seen[who.person_id, kind])
        for kind in exit_.follows
    ]
    return at_once + over
