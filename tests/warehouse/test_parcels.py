"""A parcel is seen whole or not at all, and taken for what it is only when signature, checksum and rows agree."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.warehouse import manifest, reading
from regulars.warehouse.reading import NotYetWhole, Parcel, ParcelRefused
from regulars.warehouse.writing import Draft

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TABLES = {"people": {"person_id": "varchar", "is_on": "boolean", "made_at": "timestamp"}, "things": {"name": "varchar"}}
ROWS: list[dict[str, Any]] = [
    {"person_id": "mem_0", "is_on": True, "made_at": "2026-11-24 09:00:00.000001"},
    {"person_id": "mem_1 \"ё, '\n", "is_on": False, "made_at": None},
]


def write(folder: Path, rows: list[dict[str, Any]] = ROWS, *, sequence: int = 1, key: str = "key") -> Path:
    with Draft(folder, "loyalty", TABLES) as draft:
        draft.add("people", rows)
        draft.publish(key=key, sequence=sequence, is_full=True, at=AT)
    return reading.find_parcels(folder, "loyalty")[-1]


def read(path: Path, **other: Any) -> Parcel:
    return reading.open_parcel(path, **{"sender": "loyalty", "tables": TABLES, "key": "key", **other})


def test_rows_come_out_as_they_went_in(tmp_path: Path) -> None:
    parcel = read(write(tmp_path))

    assert (parcel.manifest.sequence, parcel.manifest.is_full, parcel.manifest.written_at) == (1, True, AT)
    assert [row for batch in parcel.rows("people", batch=1) for row in batch] == [
        {**ROWS[0], "made_at": datetime(2026, 11, 24, 9, 0, 0, 1)},  # noqa: DTZ001
        ROWS[1],
    ]
    assert list(parcel.rows("things")) == []


def test_what_is_not_published_leaves_nothing(tmp_path: Path) -> None:
    def is_cut_off() -> None:
        with Draft(tmp_path, "loyalty", TABLES) as draft:
            draft.add("people", ROWS)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power"):
        is_cut_off()

    assert list(tmp_path.iterdir()) == []


def test_a_parcel_in_the_making_is_not_found(tmp_path: Path) -> None:
    with Draft(tmp_path, "loyalty", TABLES) as draft:
        draft.add("people", ROWS)

        assert reading.find_parcels(tmp_path, "loyalty") == []
        draft.publish(key="key", sequence=1, is_full=True, at=AT)

    assert len(reading.find_parcels(tmp_path, "loyalty")) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_parcels_are_found_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for sequence in (10, 9, 100):
        write(tmp_path, sequence=sequence)

    found = [read(path).manifest.sequence for path in reading.find_parcels(tmp_path, "loyalty")]

    assert found == [9, 10, 100]


def change(path: Path, **wrong: Any) -> None:
    told = json.loads((path / manifest.MANIFEST).read_bytes()) | wrong
    sign(path, json.dumps(told).encode())


def sign(path: Path, body: bytes) -> None:
    (path / manifest.MANIFEST).write_bytes(body)
    (path / manifest.SIGNATURE).write_text(manifest.sign("key", body, int(AT.timestamp())))


def say_more_rows(path: Path) -> None:
    told = json.loads((path / manifest.MANIFEST).read_bytes())
    told["tables"]["people"]["rows"] += 1
    sign(path, json.dumps(told).encode())


def touch_the_file(path: Path) -> None:
    file = path / "people.parquet"
    body = bytearray(file.read_bytes())
    body[len(body) // 2] ^= 1
    file.write_bytes(bytes(body))


def touch_the_manifest(path: Path) -> None:
    file = path / manifest.MANIFEST
    file.write_bytes(file.read_bytes().replace(b'"is_full": true', b'"is_full": false'))


def cut_the_file(path: Path) -> None:
    os.truncate(path / "people.parquet", 100)


def put_nonsense_in(path: Path) -> None:
    file = path / "people.parquet"
    file.write_bytes(b"nonsense")
    told = json.loads((path / manifest.MANIFEST).read_bytes())
    told["tables"]["people"]["sha256"] = manifest.seal_of(file)
    sign(path, json.dumps(told).encode())


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (touch_the_manifest, "the signature does not fit"),
        (touch_the_file, "the checksum of people.parquet"),
        (cut_the_file, "the checksum of people.parquet"),
        (put_nonsense_in, "people.parquet: "),
        (say_more_rows, "has 2 rows, the manifest says 3"),
        (lambda path: change(path, format=2), "format 2 is not known here"),
        (lambda path: change(path, sender="smartcomms"), "comes from 'smartcomms'"),
        (lambda path: change(path, tables={}), "does not name the table people"),
        (lambda path: change(path, sequence=0), "the manifest is not one"),
        (lambda path: sign(path, b"[]"), "the manifest is not one"),
        (lambda path: (path / manifest.SIGNATURE).write_bytes(b"\xff"), "the signature does not fit"),
    ],
)
def test_a_parcel_that_is_not_what_it_says_is_refused(tmp_path: Path, spoil: Callable[[Path], Any], why: str) -> None:
    path = write(tmp_path)
    spoil(path)

    with pytest.raises(ParcelRefused, match=why):
        read(path)


def test_a_parcel_of_somebody_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParcelRefused, match="signature"):
        read(write(tmp_path, key="another key"))


def test_columns_that_are_missing_or_of_another_type_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path)

    for columns in ({"phone": "varchar"}, {"is_on": "varchar"}):
        with pytest.raises(ParcelRefused):
            list(read(path, tables={"people": columns}).rows("people"))


def test_a_parcel_that_is_still_being_copied_waits(tmp_path: Path) -> None:
    whole = write(tmp_path / "there")
    here = tmp_path / "here" / whole.name
    here.mkdir(parents=True)

    for name in ("things.parquet", manifest.SIGNATURE, manifest.MANIFEST):
        shutil.copy(whole / name, here / name)
        if name != "things.parquet":
            with pytest.raises(NotYetWhole):
                read(here)
    shutil.copy(whole / "people.parquet", here)

    assert read(here).manifest.tables["people"].rows == 2


def test_a_refused_parcel_lies_aside_with_its_reason_and_goes_after_a_while(tmp_path: Path) -> None:
    path = write(tmp_path)

    aside = reading.put_aside(path, "the signature does not fit")

    assert reading.find_parcels(tmp_path, "loyalty") == []
    assert (aside / reading.REASON).read_text() == "the signature does not fit\n"
    assert reading.forget(tmp_path, "loyalty", before=datetime.now(UTC) - timedelta(days=1)) == 0
    assert reading.forget(tmp_path, "loyalty", before=datetime.now(UTC) + timedelta(minutes=1)) == 1
    assert not aside.exists()


def test_other_peoples_folders_are_never_forgotten(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()

    assert reading.forget(tmp_path, "loyalty", before=datetime.now(UTC) + timedelta(days=1)) == 0
    assert (tmp_path / "photos").exists()


def test_a_quote_in_the_folders_name_is_only_a_letter(tmp_path: Path) -> None:
    folder = tmp_path / "o'clock"

    assert read(write(folder)).manifest.tables["people"].rows == 2
