"""Points are given, spent and forfeited; the book always balances."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from regulars.kit import sql
from regulars.loyalty.members import actions as members
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations, queries
from regulars.loyalty.points.models import Lot
from regulars.loyalty.programme import queries as programme
from tests import make
from tests.loyalty.points import book

pytestmark = pytest.mark.django_db


def _key(name, body=None):
    return operations.key("test", name, body or {})


def _grant(member, amount, name, **more):
    return points.grant(member.pk, amount, key=_key(name, {"amount": amount}), by=make.BY, at=make.AT, **more)


def _available(member, at=make.AT):
    return queries.get_balance(member.pk, programme.get_currency().pk, at=at).available


def test_what_is_given_can_be_spent():
    member = make.member()

    _grant(member, 100, "a")
    answer = points.redeem(member.pk, 30, key=_key("b"), by=make.BY, at=make.AT)

    assert answer == {"amount": 30, "available": 70}
    assert _available(member) == 70
    assert queries.audit().holds()


def test_the_same_key_gives_the_first_answer_and_moves_nothing():
    member = make.member()

    first = _grant(member, 100, "a")
    second = _grant(member, 100, "a")

    assert first == second
    assert _available(member) == 100


def test_the_same_key_for_another_amount_is_refused():
    member = make.member()
    _grant(member, 100, "a")

    with pytest.raises(operations.KeyReused):
        _grant(member, 200, "a")

    assert _available(member) == 100


def test_nobody_spends_more_than_there_is():
    member = make.member()
    _grant(member, 100, "a")

    with pytest.raises(points.NotEnoughPoints), transaction.atomic():
        points.redeem(member.pk, 101, key=_key("b"), by=make.BY, at=make.AT)

    assert _available(member) == 100
    assert queries.audit().holds()


def test_lots_are_spent_by_expiry_and_the_unlimited_last():
    member = make.member()
    _grant(member, 10, "never")
    _grant(member, 10, "late", expires_at=make.AT + timedelta(days=30))
    _grant(member, 10, "soon", expires_at=make.AT + timedelta(days=3))

    points.redeem(member.pk, 15, key=_key("spend"), by=make.BY, at=make.AT)

    left = [lot.remaining for lot in Lot.objects.filter(member_id=member.pk).order_by("id")]
    assert left == [10, 5, 0]
    assert [lot.remaining for lot in queries.list_lots(member.pk, at=make.AT)] == [5, 10]


def test_an_expired_lot_is_not_spent_even_before_its_expiry_is_posted():
    member = make.member()
    _grant(member, 10, "soon", expires_at=make.AT + timedelta(days=3))
    later = make.AT + timedelta(days=4)

    with pytest.raises(points.NotEnoughPoints), transaction.atomic():
        points.redeem(member.pk, 1, key=_key("spend"), by=make.BY, at=later)

    assert _available(member, later) == 0


def test_who_leaves_forfeits_everything_once():
    member = make.member()
    _grant(member, 10, "a")
    _grant(member, 5, "b")

    first = points.forfeit(member.pk, by=make.BY, at=make.AT)
    second = points.forfeit(member.pk, by=make.BY, at=make.AT)

    assert (first, second) == (15, 0)
    assert _available(member) == 0
    assert queries.audit().holds()


@pytest.mark.parametrize("amount", [0, -5, 10**16])
def test_an_amount_outside_the_range_is_refused_by_name(amount):
    member = make.member()

    with pytest.raises(points.AmountOutOfRange) as refused:
        _grant(member, amount, "a")

    assert refused.value.field == "amount"


def test_the_database_itself_refuses_a_negative_balance():
    member = make.member()
    _grant(member, 10, "a")

    with pytest.raises(IntegrityError, match="a_balance_is_never_negative"), transaction.atomic():
        sql.run("update loyalty_points_balance set available = available - 11 where member_id = %s", [member.pk])


def test_the_history_tells_each_operation_once_with_its_effect():
    member = make.member()
    _grant(member, 10, "a")
    points.redeem(member.pk, 4, key=_key("b"), by=make.BY, at=make.AT + timedelta(minutes=1))

    told = [(row.kind, row.amount) for row in queries.list_history(member.pk)]

    assert told == [("redemption", -4), ("grant", 10)]


@pytest.mark.parametrize("end", ["block", "leave"])
def test_an_account_that_is_blocked_or_closed_neither_gets_nor_gives(end):
    member = make.member()
    _grant(member, 10, "a")
    if end == "block":
        members.block(member, reason="fraud", by=make.BY, at=make.AT)
    else:
        members.leave(member, by=make.BY, at=make.AT)

    with pytest.raises(points.AccountNotOpen), transaction.atomic():
        _grant(member, 5, "b")
    with pytest.raises(points.AccountNotOpen), transaction.atomic():
        points.redeem(member.pk, 5, key=_key("c"), by=make.BY, at=make.AT)

    assert _available(member) == 10
    assert _grant(member, 10, "a") == {"amount": 10, "available": 10}  # a repeat is still answered


def test_a_balance_that_would_grow_too_large_is_refused():
    member = make.member()
    _grant(member, 10, "a")
    sql.run("update loyalty_points_balance set available = %s", [2**63 - 5])

    with pytest.raises(operations.SumTooLarge), transaction.atomic():
        _grant(member, 10, "b")


def test_what_is_told_after_giving_is_right_before_time_was_posted():
    member, later = make.member(), make.AT + timedelta(days=2)
    _grant(member, 100, "gone", expires_at=make.AT + timedelta(days=1))
    book.accrue(member, 20, activates_at=make.AT + timedelta(days=1))

    answer = points.grant(member.pk, 5, key=_key("new", {"amount": 5}), by=make.BY, at=later)

    assert answer == {"amount": 5, "available": 25}
    assert _available(member, later) == 25


def test_what_is_credited_too_late_to_be_used_is_not_told_as_usable():
    member, later = make.member(), make.AT + timedelta(days=2)
    _grant(member, 10, "here")

    answer = points.grant(member.pk, 5, key=_key("late"), expires_at=make.AT, by=make.BY, at=later)

    assert answer == {"amount": 5, "available": 10}


def test_whatever_is_asked_of_a_members_lots_goes_by_their_index():
    member, currency = make.member(), programme.get_currency().pk
    _grant(member, 100, "a")

    def spend():
        points.redeem(member.pk, 1, key=_key("b"), by=make.BY, at=make.AT)
        book.release(member, book.hold(member, 1))
        book.redeem_held(member, book.hold(member, 1))
        _grant(member, 1, "c")
        queries.get_balance(member.pk, currency, at=make.AT)
        queries.list_lots(member.pk, at=make.AT)
        queries.list_expiries(member.pk, make.AT)

    with CaptureQueriesContext(connection) as seen:
        spend()
    asked = [
        each
        for query in seen
        for each in query["sql"].split(";\n")
        if re.search('(from|update) "?loyalty_points_lot', each, re.IGNORECASE)
    ]
    sql.run("set local enable_seqscan = off")
    plans = ["\n".join(row["QUERY PLAN"] for row in sql.fetch(dict, f"explain {each}")) for each in asked]

    assert len(plans) == 9
    assert [plan for plan in plans if "Seq Scan on loyalty_points_lot" in plan] == []
