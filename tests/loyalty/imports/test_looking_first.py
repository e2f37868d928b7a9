"""Looking tells everything that applying would do, and does nothing of it."""

from pathlib import Path

import pytest

from regulars.loyalty.imports import looking
from regulars.loyalty.imports.outcome import RowError, Totals
from regulars.loyalty.imports.reading import FileRefused
from regulars.loyalty.programme import queries as programmes
from tests import make
from tests.loyalty.imports import folder

pytestmark = pytest.mark.django_db
MEMBERS = """
    number,phone,email,first_name
    M1,+447700900001,anna@example.org,Anna
    M2,07700900002,,Boris
    M3,12,,Clara
    M4,+447700900002,,Dora
"""


def test_looking_writes_nothing(tmp_path: Path) -> None:
    make.programme(consent_mode="optional")
    folder.town(tmp_path, wrong=5)
    before = folder.rows_of_all_tables()

    totals, errors = folder.look(tmp_path)

    assert totals["members.csv"] == Totals(rows=60, new=55, wrong=5)
    assert errors
    assert folder.rows_of_all_tables() == before


def test_an_error_says_where_what_was_found_and_what_was_expected(tmp_path: Path) -> None:
    make.programme()
    folder.write(tmp_path, members=MEMBERS, cards="number,member\n2600000000017,M1\n88888888,M3\n99999999,M9")

    totals, errors = folder.look(tmp_path)

    assert totals["members.csv"] == Totals(rows=4, new=2, wrong=2)
    assert totals["cards.csv"] == Totals(rows=3, new=1, wrong=2)
    assert [(e.file, e.line, e.column, e.found) for e in errors] == [
        ("members.csv", 4, "phone", "12"),
        ("members.csv", 5, "phone", "+447700900002"),
        ("cards.csv", 3, "member", "M3"),
        ("cards.csv", 4, "member", "M9"),
    ]
    assert "line 3" in errors[1].expected
    assert "members.csv, line 4" in errors[2].expected


def test_a_phone_of_somebody_in_the_programme_is_named(tmp_path: Path) -> None:
    anna = make.member(phone="+447700900001")
    folder.write(tmp_path, members=MEMBERS)

    _, errors = folder.look(tmp_path)

    assert (errors[0].line, errors[0].column) == (2, "phone")
    assert anna.public_id in errors[0].expected


def test_who_is_there_is_compared_by_what_the_file_says(tmp_path: Path) -> None:
    make.member(external_number="M1", phone="+447700900001", first_name="Anna", city="York")
    make.member(external_number="M2", phone="+447700900002", first_name="Boris")
    folder.write(tmp_path, members="number,phone,first_name\nM1,+447700900001,Anna\nM2,+447700900002,Bob\nM3,,New")

    totals, errors = folder.look(tmp_path)

    assert totals["members.csv"] == Totals(rows=3, new=1, there=1, different=1)
    assert not errors


def test_without_a_programme_it_says_what_is_missing(tmp_path: Path) -> None:
    folder.write(tmp_path, members=MEMBERS)

    with pytest.raises(programmes.NoProgramme, match=r"programme\.csv"):
        folder.look(tmp_path)


def test_a_programme_can_come_along(tmp_path: Path) -> None:
    programme = "name,currency,region,time_zone,points_decimals\nClub,JPY,JP,Asia/Tokyo,0"
    goods = "sku,name,price\n1,Tea,120\n2,Rice,1.50"
    folder.write(tmp_path, programme=programme, goods=goods)

    totals, errors = folder.look(tmp_path)

    assert totals["programme.csv"] == Totals(rows=1, new=1)
    assert [(e.line, e.column, e.found) for e in errors] == [(3, "price", "1.50")]
    assert programmes.find() is None


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("Club,XYZ,GB,Europe/London,0,hidden", "currency"),
        ("Club,GBP,gb,Europe/London,0,hidden", "region"),
        ("Club,GBP,GB,Europe/Nowhere,0,hidden", "time_zone"),
        ("Club,GBP,GB,Europe/London,9,hidden", "points_decimals"),
        ("Club,GBP,GB,Europe/London,0,sometimes", "consent_mode"),
    ],
)
def test_a_programme_that_cannot_be_is_refused_by_its_column(tmp_path: Path, row: str, column: str) -> None:
    folder.write(
        tmp_path, programme=f"name,currency,region,time_zone,points_decimals,consent_mode\n{row}", members=MEMBERS
    )

    with pytest.raises(FileRefused) as refused:
        folder.look(tmp_path)

    assert (refused.value.line, refused.value.field) == (2, column)


def test_an_empty_folder_is_told_which_files_there_could_be(tmp_path: Path) -> None:
    make.programme()

    with pytest.raises(looking.NothingToImport, match=r"members\.csv"):
        folder.look(tmp_path)


def test_a_file_with_almost_our_name_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    make.programme()
    folder.write(tmp_path, members=MEMBERS, balance="lot,member,points")

    with folder.looked(tmp_path) as found:
        assert any("balance.csv" in note and "balances.csv" in note for note in found.notes)


@pytest.mark.parametrize(("mode", "word"), [("hidden", "subscribed to everything"), ("optional", "nothing")])
def test_without_consents_it_says_what_new_members_will_hear(tmp_path: Path, mode: str, word: str) -> None:
    make.programme(consent_mode=mode)
    folder.write(tmp_path, members="number\nM1")

    with folder.looked(tmp_path) as found:
        assert any(word in note for note in found.notes)


def test_nobody_comes_along_without_consent_where_it_is_a_condition(tmp_path: Path) -> None:
    make.programme(consent_mode="mandatory")
    folder.write(tmp_path, members="number\nM1")

    with pytest.raises(looking.ConsentsNeeded):
        folder.look(tmp_path)


def test_cards_that_tills_take_for_phones_are_spoken_of(tmp_path: Path) -> None:
    make.programme()
    folder.write(tmp_path, members="number\nM1", cards="number,member\n1234567890,M1")

    with folder.looked(tmp_path) as found:
        assert any("10 to 12 digits" in note for note in found.notes)


def test_groups_that_contradict_each_other_are_wrong(tmp_path: Path) -> None:
    make.programme()
    folder.write(tmp_path, goods="sku,name,groups\n1,Milk,food/milk\n2,Oat milk,drinks/milk\n3,Loop,a/b/a")

    totals, errors = folder.look(tmp_path)

    assert totals["goods.csv"] == Totals(rows=3, new=1, wrong=2)
    assert [(e.line, e.column) for e in errors] == [(3, "groups"), (4, "groups")]


def test_a_receipt_is_wrong_as_a_whole(tmp_path: Path) -> None:
    make.store("1")
    receipts = "store,number,sold_at,total\n1,a,2026-01-01 10:00,3.00\n1,b,2026-01-01 10:00,1.00\n1,c,2026-01-01,1.00"
    lines = "store,receipt,line,sku,quantity,total\n1,a,1,x,1,1.00\n1,a,2,x,1,2.01\n1,b,1,x,one,1.00\n1,c,1,x,1,1.00\n1,z,1,x,1,1"
    folder.write(tmp_path, receipts=receipts, receipt_lines=lines)

    totals, errors = folder.look(tmp_path)

    assert totals["receipts.csv"] == Totals(rows=3, new=1, wrong=2)
    assert totals["receipt_lines.csv"] == Totals(rows=5, new=1, wrong=4)
    assert RowError("receipts.csv", 2, "total", "3.00", "the sum of its lines, 3.01") in errors
    assert ("receipts.csv", 3, "number") in [(e.file, e.line, e.column) for e in errors]
    assert ("receipt_lines.csv", 6, "receipt") in [(e.file, e.line, e.column) for e in errors]
