"""A change of consent that names what it was decided on is refused when somebody else was quicker, and nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection

from regulars.loyalty.members.models import Member
from regulars.loyalty.subscriptions import actions, queries
from regulars.loyalty.subscriptions.models import Entry
from tests import cast, make

MINE, THEIRS = {("mailings", "sms"): False}, {("offers", "email"): False}


@pytest.fixture
def anna(db: None) -> Member:
    return cast.anna().member


def test_what_was_seen_is_the_newest_entry(anna: Member, at: datetime) -> None:
    seen = queries.get_version(anna)

    actions.set_cells(anna, MINE, seen=seen, by=make.OPERATOR, at=at)

    assert seen < queries.get_version(anna) == Entry.objects.latest("id").pk
    assert not queries.get_matrix(anna).is_on("mailings", "sms")


def test_nothing_is_saved_on_a_version_that_is_old(anna: Member, at: datetime) -> None:
    seen = queries.get_version(anna)
    actions.set_cells(anna, THEIRS, by=make.BY, at=at)

    with pytest.raises(actions.ConsentChangedMeanwhile) as refused:
        actions.set_cells(anna, MINE, seen=seen, by=make.OPERATOR, at=at)

    assert refused.value.extra == {"version": queries.get_version(anna), "cells": {"offers": {"email": False}}}
    assert queries.get_matrix(anna).is_on("mailings", "sms")
    assert Entry.objects.latest("id").by_kind == "system"


def test_a_change_and_its_undoing_count_as_changes(anna: Member, at: datetime) -> None:
    seen = queries.get_version(anna)
    actions.set_cells(anna, THEIRS, by=make.BY, at=at)
    actions.set_cells(anna, {("offers", "email"): True}, by=make.BY, at=at)

    with pytest.raises(actions.ConsentChangedMeanwhile) as refused:
        actions.set_cells(anna, MINE, seen=seen, by=make.OPERATOR, at=at)

    assert refused.value.extra["cells"] == {}


def test_whoever_names_no_version_changes_as_before(anna: Member, at: datetime) -> None:
    actions.set_cells(anna, THEIRS, by=make.BY, at=at)

    changed = actions.set_cells(anna, MINE, by=make.OPERATOR, at=at)

    assert [(cell.mailing_type, cell.is_on) for cell in changed] == [("mailings", False)]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_saw_the_same_one_saves(at: datetime) -> None:
    anna = cast.anna().member
    seen = queries.get_version(anna)
    wanted = [{(code, "sms"): False} for code in ("mailings", "accrual", "payment", "refund", "top_up", "offers")]

    def save(cells: dict[tuple[str, str], bool]) -> bool:
        try:
            actions.set_cells(anna, cells, seen=seen, by=make.OPERATOR, at=at)
        except actions.ConsentChangedMeanwhile:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(wanted)) as operators:
        saved = list(operators.map(save, wanted))

    assert saved.count(True) == 1
    assert len(queries.list_entries(anna)) == 2
    assert queries.list_disagreeing() == []


def test_the_matrix_of_any_moment_is_the_fold_up_to_it(anna: Member, at: datetime) -> None:
    before = queries.get_version(anna)
    actions.set_cells(anna, MINE | THEIRS, by=make.BY, at=at)

    then, now = queries.get_matrix_at(anna, before), queries.get_matrix_at(anna, queries.get_version(anna))

    assert then.is_on("mailings", "sms")
    assert then.is_on("offers", "email")
    assert now == queries.get_matrix(anna)
    assert queries.get_matrix_at(anna, 0).summary().state == "nothing"


def test_each_entry_is_told_with_the_cells_that_it_changed(anna: Member, at: datetime) -> None:
    actions.set_cells(anna, MINE, by=make.OPERATOR, at=at)
    actions.set_cells(anna, {("mailings", "sms"): True, ("offers", "email"): False}, by=make.BY, at=at)

    newest, older, registered = queries.list_changes(anna)

    assert newest.changed == {("mailings", "sms"): True, ("offers", "email"): False}
    assert older.changed == MINE
    assert registered.entry.cause == "registered"
    assert all(registered.changed.values())


def test_an_own_type_that_follows_its_base_changes_with_it_in_the_history(anna: Member, at: datetime) -> None:
    actions.add_type("wine", name="Wine club", base="mailings", by=make.BY, at=at)

    registered = queries.list_changes(anna)[-1]

    assert registered.changed["wine", "sms"]
