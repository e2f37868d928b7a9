"""Cells that a spreadsheet would run go in as they are, come out quoted, and are read back as they were."""

import csv
from pathlib import Path

import pytest

from regulars.kit import sheets
from regulars.loyalty.imports import actions
from regulars.loyalty.imports.outcome import Totals
from regulars.management import moving_in
from tests import make
from tests.loyalty.imports import folder
from tests.make import AT

pytestmark = pytest.mark.django_db
NAMES = [
    "=1+1",
    "+SUM(A1)",
    "-2+3",
    "@cmd",
    "\uff1dHYPERLINK(1)",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    "'=quoted",
    "'tis",
    "D'Arcy",
]


def _write(path: Path, names: list[str]) -> None:
    rows = [sheets.line([f"M{number}", name, f"+4477009000{number:02}"]) for number, name in enumerate(names)]
    path.mkdir(exist_ok=True)
    (path / "members.csv").write_text(sheets.line(["number", "first_name", "phone"]) + "".join(rows), newline="")


def _raw_formulas(text: str) -> list[str]:
    cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
    return [cell for cell in cells if cell[:1] in set("=+-@\t\r\0\uff1d\uff0b\uff0d\uff20")]


def test_what_was_quoted_is_read_as_it_was_and_is_the_same_again(tmp_path: Path) -> None:
    make.programme()
    _write(tmp_path, NAMES)
    assert not _raw_formulas((tmp_path / "members.csv").read_text())

    folder.apply(tmp_path)

    assert [folder.member(f"M{number}").first_name for number in range(len(NAMES))] == NAMES
    assert folder.look(tmp_path)[0]["members.csv"] == Totals(rows=len(NAMES), there=len(NAMES))


def test_errors_and_rejected_rows_run_nothing_and_come_back_corrected(tmp_path: Path) -> None:
    make.programme()
    (tmp_path / "members.csv").write_text(
        "number,first_name,phone\nM1,=1+1,=2+2\nM2,@cmd,+447700900001\nM3,-x,+447700900001\n"
    )

    with actions.look(tmp_path, at=AT) as found:
        assert moving_in.write_errors(tmp_path / "errors.txt") == 2
        assert moving_in.write_rejected(found, tmp_path / "rejected") == ["members.csv"]

    rejected = (tmp_path / "rejected/members.csv").read_text()
    assert not _raw_formulas((tmp_path / "errors.txt").read_text())
    assert not _raw_formulas(rejected)
    rows = list(csv.reader(rejected.splitlines()))
    assert rows[0] == ["number", "first_name", "phone", "reason"]
    assert [[*map(sheets.unquoted, row[:3])] for row in rows[1:]] == [
        ["M1", "=1+1", "=2+2"],
        ["M3", "-x", "+447700900001"],
    ]

    (tmp_path / "rejected/members.csv").write_text(rejected.replace("'=2+2", "").replace("'+447700900001", ""))
    folder.apply(tmp_path / "rejected")
    assert [folder.member(number).first_name for number in ("M1", "M3")] == ["=1+1", "-x"]
