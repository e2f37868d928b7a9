"""Files that are no CSV in UTF-8, or not ours, are refused with the line and the reason; nothing of them is half applied."""

import io
import zipfile
from pathlib import Path

import pytest

from regulars.loyalty.imports import actions
from regulars.loyalty.imports.outcome import RowError, Totals
from regulars.loyalty.members import queries as members
from tests import make
from tests.loyalty.imports import folder

pytestmark = pytest.mark.django_db
HEADER = "number,phone,first_name"


def _excel() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
    return packed.getvalue()


REFUSED = {
    "UTF-16 with a mark": (f"{HEADER}\nM1,,Anna\n".encode("utf-16"), 1, "UTF-16"),
    "UTF-16 without a mark": (f"{HEADER}\nM1,,Anna\n".encode("utf-16-le"), 1, "UTF-16"),
    "Windows-1251": (f"{HEADER}\nM1,,Anna\nM2,,Ольга\n".encode("cp1251"), 3, "cp1251"),
    "Latin-1": (f"{HEADER}\nM1,,Anna\nM2,,José\n".encode("latin-1"), 3, "not UTF-8"),
    "cut in the middle of a letter": (f"{HEADER}\nM1,,Ольга".encode()[:-1], 2, "not UTF-8"),
    "Excel": (_excel(), 0, "Excel"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, 0, "Excel"),
    "empty": (b"", 1, "empty"),
    "no header": (b"M1,+447700900001,Anna\n", 1, "no header"),
    "a column twice": (b"number,phone,number\nM1,,M1\n", 1, "twice"),
    "a column that we do not have": (b"number,fone\nM1,1\n", 1, "Did you mean \u201cphone\u201d?"),
    "a column missing": (b"phone,first_name\n,Anna\n", 1, "\u201cnumber\u201d is missing"),
    "ten thousand columns": ((",".join(f"c{n}" for n in range(10_000)) + "\n").encode(), 1, "10,000 columns"),
    "a quotation mark that is not closed": (f'{HEADER}\nM1,,Anna\nM2,,"Boris\nM3,,Clara\n'.encode(), 3, "never closed"),
    "a stray quotation mark": (f'{HEADER}\nM1,,"An"na\n'.encode(), 2, "written twice"),
    "a cell of 10 MB": (f'{HEADER}\nM1,,Anna\nM2,,"{"x" * 10_000_000}"\n'.encode(), 3, "longer than"),
    "a cell of 10 MB in many lines": (
        f'{HEADER}\nM2,,"{"xy" * 50}\n{("z" * 99 + chr(10)) * 100_000}"\n'.encode(),
        2,
        "longer",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(tmp_path: Path, kind: str) -> None:
    make.programme()
    octets, line, word = REFUSED[kind]
    (tmp_path / "members.csv").write_bytes(octets)

    totals, errors = folder.look(tmp_path)

    assert totals["members.csv"] == Totals()
    assert len(errors) == 1
    assert (errors[0].file, errors[0].line) == ("members.csv", line)
    assert word in errors[0].expected
    with pytest.raises(actions.FilesRefused):
        folder.apply(tmp_path, skip_wrong=True)
    assert members.count_members() == 0


@pytest.mark.parametrize(
    "octets",
    [
        b"\xef\xbb\xbfnumber,phone,first_name\nM1,+447700900001,Anna\nM2,,Boris\n",
        b"number;phone;first_name\r\nM1;+447700900001;Anna\r\nM2;;Boris\r\n",
        b"number,phone,first_name\r\nM1,+447700900001,Anna\nM2,,Boris\r",
        b'"Number","Phone","First name"\n"M1","\'+447700900001","Anna"\n\n"M2","","Boris"',
        b"reason,first_name,number\nwas wrong,Anna,M1\n,Boris,M2\n",
    ],
    ids=["mark of UTF-8", "semicolons", "mixed ends of lines", "quoted, blank lines", "other order, with reasons"],
)
def test_files_as_programs_write_them_are_read(tmp_path: Path, octets: bytes) -> None:
    make.programme()
    (tmp_path / "members.csv").write_bytes(octets)

    assert folder.apply(tmp_path) == 2
    assert [folder.member(number).first_name for number in ("M1", "M2")] == ["Anna", "Boris"]


def test_rows_that_cannot_be_read_are_told_one_by_one_and_the_others_go_on(tmp_path: Path) -> None:
    make.programme()
    (tmp_path / "members.csv").write_bytes(
        b"number,phone,first_name\nM1,,An\0na\nM2,,Boris\nM3,,Clara,more\nM4\nnumber,phone,first_name\n,,Nobody\n"
        b'M5,,"two\nlines"\nM6,12,Frank\n'
    )

    totals, errors = folder.look(tmp_path)

    assert totals["members.csv"] == Totals(rows=8, new=2, wrong=6)
    assert [(e.line, e.column) for e in errors] == [
        (2, "first_name"), (4, ""), (5, ""), (6, ""), (7, "number"), (10, "phone"),
    ]  # fmt: skip
    assert errors[1] == RowError("members.csv", 4, "", "4 cells", "3 cells, as the first line has")


def test_nothing_is_applied_while_a_row_is_wrong_unless_it_may_stay_behind(tmp_path: Path) -> None:
    make.programme()
    folder.write(tmp_path, members=f"{HEADER}\nM1,,Anna\nM2,12,Boris")

    with pytest.raises(actions.RowsWrong):
        folder.apply(tmp_path)
    assert members.count_members() == 0

    assert folder.apply(tmp_path, skip_wrong=True) == 1
    assert members.count_members() == 1
