"""Parcels are written when they are due, lose nobody, and tell too much rather than too little after a crash."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from regulars.loyalty.sync import actions as sync
from regulars.loyalty.sync import facts, schedule, untold
from regulars.loyalty.sync.models import Exchange, Untold
from regulars.warehouse import reading
from tests import make
from tests.conftest import _server
from tests.loyalty.sync import exchange
from tests.make import AT

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EXCHANGE_FOLDER = str(tmp_path)
    return tmp_path


@pytest.mark.django_db
def test_somebody_who_changes_while_a_parcel_is_written_is_in_the_next_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = make.member()
    exchange.write(folder)
    untold.mark([anna.public_id])
    read = facts.list_profiles

    def changes_meanwhile(people: Any, *, read_at: datetime) -> Any:
        untold.mark([anna.public_id])
        return read(people, read_at=read_at)

    monkeypatch.setattr(facts, "list_profiles", changes_meanwhile)
    exchange.write(folder)
    monkeypatch.undo()

    assert set(exchange.write(folder).members) == {anna.public_id}


@pytest.mark.django_db
def test_a_parcel_that_fails_is_not_seen_and_forgets_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = make.member()
    exchange.write(folder)
    untold.mark([anna.public_id])

    def fails(people: Any) -> Any:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(facts, "list_consent", fails)
        with pytest.raises(RuntimeError, match="power cut"):
            sync.write_exchange(folder, at=AT)

    assert len(reading.find_parcels(folder, "loyalty")) == 1
    assert (Untold.objects.count(), Exchange.objects.count()) == (1, 1)
    assert set(exchange.write(folder).members) == {anna.public_id}


@pytest.mark.django_db(transaction=True)
def test_a_crash_after_the_parcel_is_seen_tells_the_same_once_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = make.member()
    exchange.write(folder)
    untold.mark([anna.public_id])

    def dies(sequence: int) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(untold, "forget", dies)
        with pytest.raises(RuntimeError, match="killed"):
            sync.write_exchange(folder, at=AT)
    again = exchange.write(folder)

    assert len(reading.find_parcels(folder, "loyalty")) == 3
    assert (again.sequence, set(again.members)) == (2, {anna.public_id})


@pytest.mark.django_db(transaction=True)
def test_a_mark_that_is_committed_late_is_not_lost(folder: Path, settings: Any) -> None:
    anna, boris = make.member(), make.member()
    exchange.write(folder)
    with _server(settings.DATABASES["default"]["NAME"]) as slow:
        slow.autocommit = False
        slow.execute("insert into loyalty_sync_untold (person_id) values (%s)", [anna.public_id])
        untold.mark([boris.public_id])

        first = exchange.write(folder)
        slow.commit()
        second = exchange.write(folder)

    assert (set(first.members), set(second.members)) == ({boris.public_id}, {anna.public_id})


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_write_at_once(folder: Path, settings: Any) -> None:
    make.member()
    with _server(settings.DATABASES["default"]["NAME"]) as other:
        other.execute("select pg_advisory_lock(%s)", [sync._EXCHANGE_LOCK])

        assert sync.write_exchange(folder, at=AT) is None
        assert sync.exchange_when_due(AT) == 0

    assert reading.find_parcels(folder, "loyalty") == []


# --- when


@pytest.mark.django_db
def test_the_first_parcel_is_due_as_soon_as_there_is_a_programme(folder: Path) -> None:
    assert sync.exchange_when_due(AT) == 0
    make.member()

    assert sync.exchange_when_due(AT) == 1
    assert sync.exchange_when_due(AT) == 0
    assert len(reading.find_parcels(folder, "loyalty")) == 1


@pytest.mark.django_db
def test_after_that_it_is_due_once_a_day_at_three_in_the_programmes_zone(folder: Path) -> None:
    anna = make.member()
    sync.exchange_when_due(AT)
    three = datetime(2026, 11, 25, 3, tzinfo=LONDON)
    untold.mark([anna.public_id])

    told = [sync.exchange_when_due(three + timedelta(minutes=minutes)) for minutes in (-1, 1, 2, 24 * 60 - 1)]

    assert told == [0, 1, 0, 0]
    sync.exchange_when_due(three + timedelta(days=1))
    assert len(reading.find_parcels(folder, "loyalty")) == 3, "the daily parcel comes even when it is empty"


@pytest.mark.django_db
def test_a_frequent_parcel_comes_when_there_is_news(folder: Path, settings: Any) -> None:
    settings.EXCHANGE_EVERY_S = 5
    anna = make.member()
    sync.exchange_when_due(AT)

    assert sync.exchange_when_due(AT + timedelta(minutes=1)) == 0
    untold.mark([anna.public_id])
    assert sync.exchange_when_due(AT + timedelta(seconds=4)) == 0
    assert sync.exchange_when_due(AT + timedelta(seconds=5)) == 1
    assert len(reading.find_parcels(folder, "loyalty")) == 2


@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        ("Europe/London", (2026, 11, 24, 2, 59), (2026, 11, 23, 3)),
        ("Europe/London", (2026, 11, 24, 3), (2026, 11, 24, 3)),
        ("Asia/Kathmandu", (2026, 11, 24, 0), (2026, 11, 23, 21, 15)),
        ("Pacific/Kiritimati", (2026, 11, 24, 12, 59), (2026, 11, 23, 13)),
        ("Europe/London", (2026, 10, 25, 12), (2026, 10, 25, 3)),
    ],
)
def test_the_hour_is_that_of_the_zone(zone: str, at: tuple[int, ...], expected: tuple[int, ...]) -> None:
    found = schedule.last_hour(3, ZoneInfo(zone), _utc(at))

    assert found == _utc(expected)


def _utc(numbers: tuple[int, ...]) -> datetime:
    year, month, day, hour, *minute = numbers
    return datetime(year, month, day, hour, *minute, tzinfo=UTC)


def test_an_hour_that_is_skipped_means_the_instant_of_the_skip_and_one_that_comes_twice_its_first() -> None:
    skipped = schedule.last_hour(1, LONDON, datetime(2026, 3, 29, 12, tzinfo=UTC))
    twice = schedule.last_hour(1, LONDON, datetime(2026, 10, 25, 12, tzinfo=UTC))

    assert skipped == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert twice == datetime(2026, 10, 25, 0, tzinfo=UTC)
