"""Compares the two sides of the bridge: Mailings × channel in Loyalty with the channel switch in Smart Communications."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from regulars.contract import exchange
from regulars.loyalty.sync import queries as loyalty
from regulars.smartcomms.sync import queries as smartcomms
from regulars.warehouse import reading

SHOWN = 20
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not alike on both sides."""

    person_id: str
    kind: str
    loyalty: str
    smartcomms: str


@dataclass(slots=True)
class Report:
    """How many people were compared, and what was different: counts by kind, and the first of all differences."""

    people: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    first: list[Difference] = field(default_factory=list)

    def add(self, differences: Iterable[Difference]) -> None:
        """Count differences, and keep the first ones."""
        for one in differences:
            self.counts[one.kind] += 1
            if len(self.first) < SHOWN:
                self.first.append(one)


type Stand = Mapping[str, bool] | None
"""Channels that are on or off; None for somebody who has left."""


def compare_both() -> Report:
    """Compare everybody, where both systems run. Raises `CommandError` where they do not."""
    if not {"loyalty", "smartcomms"} <= settings.SYSTEMS:
        raise CommandError("Only one system runs here: compare with a full parcel of the other one, --parcel FOLDER.")
    report, after_id = Report(), 0
    while people := loyalty.list_standings(after_id=after_id, limit=_BATCH):
        theirs = smartcomms.list_standings([one.person_id for one in people])
        for one in people:
            ours: Stand = None if one.is_gone else one.channels
            report.add(_differences(one.person_id, ours, theirs))
        report.people += len(people)
        after_id = people[-1].id
    return report


def compare_with_parcel(path: Path) -> Report:
    """Compare Smart Communications with a parcel of Loyalty, without taking it: who is there, and each row of Mailings.

    What has no row was never changed in Loyalty, or last in Smart Communications, and is not compared. Raises
    `CommandError` for a parcel that is not whole or not genuine.
    """
    report = Report()
    try:
        parcel = reading.open_parcel(path, sender="loyalty", tables=exchange.TABLES, key=settings.SISTER_KEY)
        for rows in parcel.rows(exchange.MEMBERS, batch=_BATCH):
            theirs = smartcomms.list_standings([row["person_id"] for row in rows])
            for row in rows:
                report.add(_differences(row["person_id"], None if row["is_gone"] else {}, theirs))
            report.people += len(rows)
        for rows in parcel.rows(exchange.CONSENT, batch=_BATCH):
            theirs = smartcomms.list_standings([row["person_id"] for row in rows])
            for row in rows:
                if theirs.get(row["person_id"]) is not None:
                    report.add(_differences(row["person_id"], {row["channel"]: row["is_on"]}, theirs))
    except (reading.ParcelRefused, reading.NotYetWhole, OSError) as error:
        raise CommandError(f"{path}: {error}") from error
    return report


def _differences(person_id: str, ours: Stand, known: Mapping[str, Stand]) -> Iterator[Difference]:
    if person_id not in known:
        if ours is not None:
            yield Difference(person_id, "unknown", "member", "nobody")
        return
    theirs = known[person_id]
    if ours is None or theirs is None:
        if (ours is None) is not (theirs is None):
            yield Difference(person_id, "gone", "gone" if ours is None else "member", "customer" if theirs else "gone")
        return
    for channel, is_on in ours.items():
        if theirs.get(channel, False) is not is_on:
            yield Difference(person_id, channel, _word(is_on), _word(not is_on))


def _word(is_on: bool) -> str:
    return "on" if is_on else "off"
