"""A parcel is taken whole or not at all, once, and never by what is missing in it."""

import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.contract import exchange
from regulars.contract.changes import ConsentChange, MemberChanged
from regulars.smartcomms.customers import queries as customers
from regulars.smartcomms.customers.models import Customer
from regulars.smartcomms.subscriptions import queries as choices
from regulars.smartcomms.subscriptions.models import ChannelSwitch
from regulars.smartcomms.sync import actions as sync
from regulars.smartcomms.sync.models import Parcel
from regulars.smartcomms.sync.parcels import Taken
from regulars.warehouse import reading
from regulars.warehouse.writing import Draft
from tests.smartcomms import people
from tests.smartcomms.people import AT

pytestmark = pytest.mark.django_db
KEY = "together:only-for-tests"
LATER = AT + timedelta(seconds=1)


def write(
    folder: Path,
    members: Sequence[MemberChanged] = (),
    consent: Sequence[ConsentChange | dict[str, Any]] = (),
    *,
    sequence: int = 1,
    is_full: bool = True,
    key: str = KEY,
) -> Path:
    before = set(reading.find_parcels(folder, "loyalty"))
    with Draft(folder, "loyalty", exchange.TABLES) as draft:
        draft.add(exchange.MEMBERS, map(exchange.row_of, members))
        draft.add(exchange.CONSENT, (row if isinstance(row, dict) else exchange.row_of(row) for row in consent))
        draft.publish(key=key, sequence=sequence, is_full=is_full, at=AT)
    (made,) = set(reading.find_parcels(folder, "loyalty")) - before
    return made


def take(folder: Path, at: datetime = AT) -> Taken:
    (taken,) = sync.take_in_parcels(folder, at=at)
    return taken


def untimed(person_id: str, is_on: bool) -> dict[str, Any]:
    told = {"person_id": person_id, "channel": "sms", "is_on": is_on, "made_at": None}
    return {**told, "origin": "loyalty", "cause": ""}


def test_members_and_consent_arrive_and_the_parcel_is_gone(tmp_path: Path) -> None:
    anna, boris = people.fact(first_name="Anna"), people.fact()
    write(tmp_path, [anna, boris], [people.change(boris.person_id, "push", False)])

    taken = take(tmp_path)

    assert (taken.rows, taken.outcome.applied, taken.fault, taken.missing) == (3, 3, "", None)
    known = customers.find(anna.person_id)
    assert known is not None
    assert (known.first_name, known.phone) == ("Anna", anna.phone)
    assert not choices.is_channel_on(boris.person_id, "push")
    assert [path.name for path in tmp_path.iterdir()] == [".reading"], "names of people lie about"
    assert sync.take_in_parcels(tmp_path, at=AT) == []


def test_the_same_parcel_twice_changes_nothing(tmp_path: Path) -> None:
    anna = people.fact()
    path = write(tmp_path, [anna], [people.change(anna.person_id, "sms", False)])
    shutil.copytree(path, tmp_path / "copy")
    take(tmp_path)
    people.receive(consent=[people.change(anna.person_id, "sms", True, LATER)], at=LATER)
    (tmp_path / "copy").rename(tmp_path / "loyalty-00000009-copied")

    again = take(tmp_path, LATER)

    assert (again.is_known, again.outcome.applied) == (True, 0)
    assert choices.is_channel_on(anna.person_id, "sms")
    assert Parcel.objects.count() == 1
    assert reading.find_parcels(tmp_path, "loyalty") == []


def spoiled(path: Path, row: dict[str, Any] | None = None) -> None:
    os.truncate(path / "consent.parquet", 40)


def test_a_parcel_with_a_wrong_signature_is_put_aside_and_nothing_of_it_taken(tmp_path: Path) -> None:
    path = write(tmp_path, [people.fact()], key="a stranger's key")

    taken = take(tmp_path)

    assert "signature" in taken.fault
    assert not Customer.objects.exists()
    assert "signature" in (tmp_path / "refused" / path.name / "reason.txt").read_text()
    assert reading.find_parcels(tmp_path, "loyalty") == []


def test_a_parcel_with_one_spoiled_file_is_not_taken_by_half(tmp_path: Path) -> None:
    anna = people.fact()
    spoiled(write(tmp_path, [anna], [people.change(anna.person_id, "sms", False)]))

    assert "checksum of consent.parquet" in take(tmp_path).fault
    assert not Customer.objects.exists()


def test_one_row_that_is_no_fact_stops_the_whole_parcel(tmp_path: Path) -> None:
    crowd = [people.fact() for _ in range(600)]
    row = exchange.row_of(people.change(crowd[0].person_id, "sms", False))
    write(tmp_path, crowd, [row | {"channel": "viber"}])

    taken = take(tmp_path)

    assert taken.fault.startswith("a row of consent: channel: ")
    assert not Customer.objects.exists()
    assert not ChannelSwitch.objects.exists()


def test_a_refused_parcel_does_not_hold_up_the_next_one(tmp_path: Path) -> None:
    anna = people.fact()
    spoiled(write(tmp_path, sequence=1))
    write(tmp_path, [anna], sequence=2)

    first, second = sync.take_in_parcels(tmp_path, at=AT)

    assert (bool(first.fault), second.fault) == (True, "")
    assert customers.find(anna.person_id) is not None


def test_a_parcel_that_is_still_being_copied_is_taken_when_it_is_there(tmp_path: Path) -> None:
    anna = people.fact()
    path = write(tmp_path, [anna])
    members = path / "members.parquet"
    members.rename(tmp_path / "on-its-way")

    assert sync.take_in_parcels(tmp_path, at=AT) == []
    assert not (tmp_path / "refused").exists()
    (tmp_path / "on-its-way").rename(members)

    assert take(tmp_path).outcome.applied == 1


def test_after_a_crash_in_the_middle_the_parcel_is_taken_from_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = [people.fact() for _ in range(1100)]
    write(tmp_path, crowd, [people.change(crowd[-1].person_id, "sms", False)])
    receive, calls = sync.receive_changes, []

    def dies_at_the_second(*told: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return receive(*told, **more)

    with monkeypatch.context() as broken:
        broken.setattr(sync, "receive_changes", dies_at_the_second)
        with pytest.raises(RuntimeError, match="killed"):
            sync.take_in_parcels(tmp_path, at=AT)
    assert 0 < customers.count() < 1100

    taken = take(tmp_path)

    assert customers.count() == 1100
    assert (taken.fault, taken.rows) == ("", 1101)
    assert not choices.is_channel_on(crowd[-1].person_id, "sms")


def test_whoever_is_not_in_a_full_parcel_stays_as_they_are(tmp_path: Path) -> None:
    anna = people.customer()
    people.receive(consent=[people.change(anna.person_id, "sms", False)])
    write(tmp_path, [people.fact()])

    take(tmp_path)

    assert customers.find(anna.person_id) is not None
    assert not choices.is_channel_on(anna.person_id, "sms")
    assert choices.is_channel_on(anna.person_id, "email")


def test_a_row_without_a_time_switches_off_and_never_on(tmp_path: Path) -> None:
    off, on = people.customer(), people.customer()
    people.receive(consent=[people.change(on.person_id, "sms", False)])
    write(tmp_path, [], [untimed(off.person_id, False), untimed(on.person_id, True)])

    taken = take(tmp_path, LATER)

    assert not choices.is_channel_on(off.person_id, "sms")
    assert not choices.is_channel_on(on.person_id, "sms")
    assert taken.outcome.applied == 1


def test_an_old_row_does_not_undo_a_later_change(tmp_path: Path) -> None:
    anna = people.customer()
    people.receive(consent=[people.change(anna.person_id, "sms", False, LATER)], at=LATER)
    write(tmp_path, [], [people.change(anna.person_id, "sms", True)])

    taken = take(tmp_path, LATER)

    assert (taken.outcome.applied, taken.outcome.unchanged) == (0, 1)
    assert not choices.is_channel_on(anna.person_id, "sms")


def test_rows_about_somebody_who_left_make_nothing(tmp_path: Path) -> None:
    anna = people.customer()
    people.receive(people.gone(anna.person_id))
    write(
        tmp_path,
        [anna.model_copy(update={"changed_at": LATER})],
        [people.change(anna.person_id, "sms", True, LATER), untimed(anna.person_id, False)],
    )

    taken = take(tmp_path, LATER)

    assert (taken.fault, taken.outcome.applied, taken.outcome.unknown) == ("", 0, 2)
    assert customers.find(anna.person_id) is None
    assert not ChannelSwitch.objects.exists()


def test_a_row_from_a_clock_that_is_far_ahead_is_put_aside(tmp_path: Path) -> None:
    anna = people.customer()
    write(tmp_path, [], [people.change(anna.person_id, "sms", False, AT + timedelta(hours=1))])

    assert take(tmp_path).outcome.quarantined == 1
    assert choices.is_channel_on(anna.person_id, "sms")


def test_numbers_that_never_came_are_told_and_a_full_parcel_makes_up_for_them(tmp_path: Path) -> None:
    write(tmp_path, sequence=1)
    write(tmp_path, sequence=4, is_full=False)
    write(tmp_path, sequence=7, is_full=True)
    write(tmp_path, sequence=8, is_full=False)

    taken = sync.take_in_parcels(tmp_path, at=AT)

    assert [one.missing for one in taken] == [None, (2, 3), None, None]


def test_parcels_taken_out_of_order_end_alike(tmp_path: Path) -> None:
    anna = people.fact()
    early = write(tmp_path / "late", [anna], [people.change(anna.person_id, "sms", False)], sequence=1)
    now = anna.model_copy(update={"changed_at": LATER, "first_name": "Anya"})
    write(tmp_path, [now], [people.change(anna.person_id, "sms", True, LATER)], sequence=2)

    take(tmp_path, LATER)
    shutil.move(early, tmp_path)
    take(tmp_path, LATER)

    known = customers.find(anna.person_id)
    assert known is not None
    assert known.first_name == "Anya"
    assert choices.is_channel_on(anna.person_id, "sms")


def test_two_readers_do_not_take_at_once(tmp_path: Path) -> None:
    write(tmp_path, [people.fact()])

    with sync.parcels.alone(tmp_path) as is_alone:
        assert is_alone
        assert sync.take_in_parcels(tmp_path, at=AT) == []

    assert take(tmp_path).outcome.applied == 1


def test_the_chore_takes_what_lies_there_only_where_this_system_runs(tmp_path: Path, settings: Any) -> None:
    settings.EXCHANGE_FOLDER = str(tmp_path)
    write(tmp_path, [people.fact()])

    settings.SYSTEMS = {"loyalty"}
    assert sync.take_in(AT) == 0
    settings.SYSTEMS = {"loyalty", "smartcomms"}
    assert sync.take_in(AT) == 1
    assert sync.take_in(AT) == 0


def test_what_nobody_could_take_is_not_kept_for_ever(tmp_path: Path, settings: Any) -> None:
    settings.EXCHANGE_FOLDER = str(tmp_path)
    write(tmp_path, [people.fact()], key="a stranger's key")
    take(tmp_path)
    (aside,) = (tmp_path / "refused").iterdir()

    sync.forget_old(datetime.now(UTC) + timedelta(days=29))
    assert aside.exists()
    sync.forget_old(datetime.now(UTC) + timedelta(days=31))

    assert not aside.exists()
