"""`regulars import` says what it finds, writes errors and rejected rows, and fails while anything is wrong."""

import io
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from regulars.loyalty.imports import files
from regulars.loyalty.members import queries as members
from regulars.loyalty.programme import queries as programmes
from regulars.management import sample
from regulars.management.sample import Sample
from tests.conftest import ROOT
from tests.loyalty.imports import folder

pytestmark = pytest.mark.django_db


def _run(*words: Any, fails: bool = False, **options: Any) -> tuple[str, str]:
    said, aside = io.StringIO(), io.StringIO()
    if fails:
        with pytest.raises(CommandError) as stopped:
            call_command("import", *map(str, words), stdout=said, stderr=aside, **options)
        return said.getvalue(), str(stopped.value)
    call_command("import", *map(str, words), stdout=said, stderr=aside, **options)
    return said.getvalue(), aside.getvalue()


def test_looking_is_what_happens_without_apply(tmp_path: Path) -> None:
    folder.town(tmp_path)

    said, aside = _run(tmp_path)

    assert "members.csv" in said
    assert "Nothing was changed" in aside
    assert programmes.find() is None


def test_applying_and_applying_again(tmp_path: Path) -> None:
    folder.town(tmp_path)

    _run(tmp_path, "--apply")
    _, again = _run(tmp_path, "--apply")

    assert members.count_members() == 60
    assert "0 rows moved in" in again


def test_wrong_rows_stop_it_unless_they_may_stay_behind(tmp_path: Path) -> None:
    folder.town(tmp_path / "files", wrong=4)
    errors, rejected = tmp_path / "errors.csv", tmp_path / "rejected"

    said, why = _run(tmp_path / "files", "--apply", "--show", 2, "--errors", errors, "--rejected", rejected, fails=True)

    assert "rows are wrong. Nothing was changed" in why
    assert said.count("members.csv:") == 2
    assert len(errors.read_text().splitlines()) > 4
    assert len((rejected / "members.csv").read_text().splitlines()) == 5
    assert programmes.find() is None

    _run(tmp_path / "files", "--apply", "--skip-wrong")
    assert members.count_members() == 56


def test_json_is_one_line_with_everything(tmp_path: Path) -> None:
    folder.town(tmp_path, wrong=1)

    said, _ = _run(tmp_path, "--json", fails=True)

    told = orjson.loads(said)
    assert said.count("\n") == 1
    assert (told["applied"], told["files"]["members.csv"]["wrong"]) == (False, 1)
    assert {"file", "line", "column", "found", "expected"} == set(told["errors"][0])


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    folder.town(tmp_path)
    (tmp_path / "cards.csv").write_bytes(b"PK\x03\x04")

    said, why = _run(tmp_path, "--apply", "--skip-wrong", fails=True)

    assert "cards.csv  This is an Excel file" in said
    assert "cards.csv cannot be read" in why
    assert members.count_members() == 0


def test_no_programme_is_said_in_words(tmp_path: Path) -> None:
    folder.write(tmp_path, members="number\nM1")

    _, why = _run(tmp_path, fails=True)

    assert "There is no loyalty programme yet" in why


def test_the_sample_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    for place, seed in (("a", 1), ("b", 1), ("c", 2)):
        sample.write(tmp_path / place, Sample(members=50, seed=seed, until=folder.UNTIL, wrong=3))

    same = [file.name for file in files.FILES if _read(tmp_path, "a", file.name) == _read(tmp_path, "b", file.name)]
    assert same == [file.name for file in files.FILES]
    assert _read(tmp_path, "a", "members.csv") != _read(tmp_path, "c", "members.csv")


def test_the_sample_has_names_in_both_alphabets(tmp_path: Path) -> None:
    folder.town(tmp_path)

    text = _read(tmp_path, ".", "members.csv")
    assert any("а" <= letter <= "я" for letter in text)
    assert any("a" <= letter <= "z" for letter in text)


def test_the_how_to_has_every_column_as_the_code_says() -> None:
    text = (ROOT / "docs/howto/move-in.md").read_text()

    for table in "\n".join(files.tables()).split("### "):
        assert table.strip() in text, (
            f"docs/howto/move-in.md differs from regulars/loyalty/imports/files.py: {table[:40]}"
        )


def _read(home: Path, place: str, name: str) -> str:
    return (home / place / name).read_text()
