"""Many members opt out while their messages wait, through every door that exists; within a second nothing more comes."""

from pathlib import Path
from typing import Any

import pytest

from regulars.access.routes import ROUTES
from tests.house.source import HOUSE
from tests.stories import crowd, optouts, reach
from tests.stories.crowd import Kind, Left
from tests.stories.tardiness import Refused, after_refusal, too_late
from tests.stories.ways_out import OTHERS, WAYS_OUT

TWIN = "tests.stories.forgetful"
SMS, EMAIL = Kind("loyalty", "sms"), Kind("loyalty", "email")
in_turn = pytest.mark.xdist_group("stories")


def listed() -> set[str]:
    return {way.entrance for way in WAYS_OUT} | set(OTHERS)


@in_turn
@pytest.mark.parametrize(
    ("per_door", "per_second", "spread_s"),
    [(3, 10, 3), pytest.param(17, 15, 16, marks=pytest.mark.chaos)],
    ids=["36 members", "204 members"],
)
def test_what_was_refused_stops_within_a_second_and_the_rest_arrives(
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path: Path,
    carrier: dict[str, str],
    per_door: int,
    per_second: int,
    spread_s: float,
) -> None:
    with crowd.town(django_db_blocker, tmp_path, carrier) as town:
        told = optouts.play(town, per_door=per_door, per_second=per_second, spread_s=spread_s)

    assert told.too_late == []
    assert told.missing() == []
    stopped = told.stopped()
    assert set(stopped) >= {way.name for way in WAYS_OUT}, "behind some door nothing was waiting any more"
    assert stopped.total() > len(told.refusals) / 3, "most had left before they were refused: nothing was shown"


@in_turn
def test_a_house_that_cancels_nothing_is_caught(django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> None:
    by_parcels = {"RABBITMQ_URL": "", "REGULARS_EXCHANGE_FOLDER": str(tmp_path), "REGULARS_EXCHANGE_EVERY_S": "0.5"}
    doors = list({way.address: way for way in WAYS_OUT if way.address}.values())
    with crowd.town(django_db_blocker, tmp_path, by_parcels, twin=TWIN) as town:
        told = optouts.play(town, per_door=3, per_second=2, spread_s=1, early=0, doors=doors)

    assert told.too_late
    assert told.missing() == []


def test_what_leaves_later_than_a_second_is_told_apart() -> None:
    refusals = [Refused("account", "mem_1", EMAIL, 100.0), Refused("leaving", "mem_2", SMS, 100.0)]
    left = [
        Left("mem_1", EMAIL, 99.0, "deliveries"),
        Left("mem_1", EMAIL, 100.9, "mail server"),
        Left("mem_1", SMS, 200.0, "SMSC"),
        Left("mem_2", SMS, 101.1, "SMSC"),
    ]

    assert [one.told_by for one in after_refusal(refusals, left)] == ["mail server", "SMSC"]
    assert [(one.door, one.person_id) for one in too_late(refusals, left)] == [("leaving", "mem_2")]


def test_every_entrance_that_changes_consent_has_a_line() -> None:
    found = reach.entrances(HOUSE)

    assert not found - listed(), "somebody changes consent here: add a line to tests/stories/ways_out.py"
    assert not listed() - found, "nobody changes consent here any more: delete the line in tests/stories/ways_out.py"


def test_every_address_that_changes_consent_has_a_line() -> None:
    found = {(address, name) for address, name in reach.addresses(reach.entrances(HOUSE)) if address in ROUTES}

    without_a_line = {(address, name) for address, name in found if name in OTHERS}
    assert found - without_a_line == {(way.address, way.entrance) for way in WAYS_OUT if way.address}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "regulars/web/account/leaving.py",
            "from regulars.loyalty.members import actions as members\ndef go(member): members.leave(member)",
        ),
        (
            "regulars/web/smartcomms/backoffice/switching.py",
            "from regulars.smartcomms.subscriptions.actions import switch_channel\n"
            "class Pages:\n    def save_model(self): self.turn()\n    def turn(self): switch_channel('mem_1')",
        ),
        (
            "regulars/api/bridge/more.py",
            "from regulars.smartcomms.sync import actions as sync\nCHORES = {'take': sync.take_in}",
        ),
    ],
)
def test_a_new_entrance_is_found(path: str, text: str) -> None:
    found = reach.entrances(HOUSE.planted(path, text)) - listed()

    assert [name for name in found if name.startswith(path.removesuffix(".py").replace("/", "."))]
