"""Consent comes along with its dates and sources, as entries of the journal, of which the matrix is the fold."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from regulars.loyalty.imports.outcome import Totals
from regulars.loyalty.subscriptions import actions as subscription_actions
from regulars.loyalty.subscriptions import queries as subscriptions
from tests import make
from tests.loyalty.imports import folder
from tests.make import AT, BY

pytestmark = pytest.mark.django_db
HEADER = "member,mailing_type,channel,is_on,told_at,source,wording"


def _move(tmp_path: Path, *rows: str, members: str = "number\nM1\nM2") -> None:
    folder.write(tmp_path, members=members, consents="\n".join([HEADER, *rows]))
    folder.apply(tmp_path)


def _on(number: str) -> set[tuple[str, str]]:
    matrix = subscriptions.get_matrix(folder.member(number))
    return {
        (row.code, str(channel))
        for row in matrix.rows
        for channel, cell in row.cells.items()
        if cell.selected and not cell.read_only
    }


def test_each_word_has_its_date_and_source_and_the_last_one_holds(tmp_path: Path) -> None:
    make.programme(consent_mode="hidden")

    _move(
        tmp_path,
        "M1,mailings,sms,on,2019-03-02 10:00,paper_form,terms-2018",
        "M1,mailings,email,on,2019-03-02 10:00,paper_form,terms-2018",
        "M1,mailings,sms,off,2020-07-01 12:00,call,",
        "M1,offers,push,on,2020-07-01 12:00,call,",
    )

    anna = folder.member("M1")
    newest, oldest = subscriptions.list_entries(anna)
    assert _on("M1") == {("mailings", "email"), ("offers", "push")}
    assert (oldest.recorded_at, oldest.cause, oldest.reason, oldest.wording) == (
        datetime(2019, 3, 2, 10, tzinfo=UTC), "imported", "paper_form", "terms-2018",
    )  # fmt: skip
    assert oldest.cells == {"mailings": 3, "accrual": 0, "payment": 0, "refund": 0, "top_up": 0, "offers": 0}
    assert (newest.recorded_at, newest.reason, newest.cells) == (
        datetime(2020, 7, 1, 11, tzinfo=UTC), "call", {"mailings": 2, "offers": 4},
    )  # fmt: skip
    assert subscriptions.list_disagreeing() == []


def test_what_nobody_spoke_of_is_off_even_where_the_programme_subscribes_everybody(tmp_path: Path) -> None:
    make.programme(consent_mode="hidden")
    subscription_actions.add_type("weekly", name="Weekly", base="mailings", by=BY, at=AT)

    _move(tmp_path, "M1,mailings,sms,on,2019-03-02,paper_form,")

    assert _on("M1") == {("mailings", "sms")}
    assert _on("M2") == set()
    assert [entry.reason for entry in subscriptions.list_entries(folder.member("M2"))] == ["not_told"]
    assert subscriptions.get_matrix(folder.member("M2")).is_on("system", "sms")


@pytest.mark.parametrize(("mode", "cells"), [("hidden", 30), ("optional", 0)])
def test_without_the_file_the_programme_decides(tmp_path: Path, mode: str, cells: int) -> None:
    make.programme(consent_mode=mode)
    folder.write(tmp_path, members="number\nM1")
    folder.apply(tmp_path)

    assert len(_on("M1")) == cells
    assert [entry.cause for entry in subscriptions.list_entries(folder.member("M1"))] == ["registered"]


def test_all_means_every_cell_that_there_is(tmp_path: Path) -> None:
    make.programme(consent_mode="optional")
    subscription_actions.add_type("weekly", name="Weekly", base="mailings", channels=["email"], by=BY, at=AT)

    _move(tmp_path, "M1,all,email,on,2019-03-02,web,", "M2,mailings,all,on,2019-03-02,web,")

    assert {code for code, _ in _on("M1")} >= {"mailings", "weekly", "offers"}
    assert {channel for _, channel in _on("M1")} == {"email"}
    assert _on("M2") == {("mailings", channel) for channel in ("sms", "email", "push", "viber", "social")}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("M1,letters,sms,on,2019-03-02,web,", "mailing_type"),
        ("M1,mailings,fax,on,2019-03-02,web,", "channel"),
        ("M1,mailings,sms,perhaps,2019-03-02,web,", "is_on"),
        ("M1,system,sms,off,2019-03-02,web,", "is_on"),
        ("M1,mailings,sms,on,2031-03-02,web,", "told_at"),
        ("M1,mailings,sms,on,2nd of March,web,", "told_at"),
        ("M1,mailings,sms,on,2019-03-02,by Mrs Jones,", "source"),
        ("M1,mailings,sms,on,2019-03-02,,", "source"),
        ("M1,mailings,sms,on,2019-03-02,web,\nM1,mailings,sms,off,2019-03-02,web,", "told_at"),
    ],
)
def test_who_has_a_wrong_word_stays_behind_as_a_whole(tmp_path: Path, row: str, column: str) -> None:
    make.programme()
    folder.write(
        tmp_path,
        members="number\nM1\nM2",
        consents=f"{HEADER}\nM1,offers,sms,on,2018-01-01,web,\n{row}",
        cards="number,member\n88888888,M1",
    )

    totals, errors = folder.look(tmp_path)
    folder.apply(tmp_path, skip_wrong=True)

    assert ("consents.csv", column) in [(e.file, e.column) for e in errors]
    assert any(e.file == "members.csv" and "consents.csv, line" in e.expected for e in errors)
    assert totals["members.csv"] == Totals(rows=2, new=1, wrong=1)
    assert totals["consents.csv"].new == totals["cards.csv"].new == 0
    assert [row["value"] for row in folder.state()["members"]] == ["M2"]


def test_system_cells_may_be_told_as_they_are(tmp_path: Path) -> None:
    make.programme()

    _move(tmp_path, "M1,system,sms,on,2019-03-02,web,")

    assert _on("M1") == set()


def test_somebody_who_is_there_keeps_what_they_said_here(tmp_path: Path) -> None:
    make.programme(consent_mode="optional")
    make.member(external_number="M1", consent=True)

    _move(tmp_path, "M1,mailings,sms,off,2019-03-02,web,")
    totals, _ = folder.look(tmp_path)

    assert ("mailings", "sms") in _on("M1")
    assert totals["consents.csv"] == Totals(rows=1, different=1)


def test_the_same_words_again_are_there_already(tmp_path: Path) -> None:
    make.programme()
    _move(tmp_path, "M1,mailings,sms,on,2019-03-02,web,", "M1,mailings,sms,off,2020-03-02,web,")

    subscription_actions.select_all(folder.member("M1"), by=BY, at=AT)

    assert folder.look(tmp_path)[0]["consents.csv"] == Totals(rows=2, there=2)
