"""Points held for a purchase cannot be spent otherwise; they are spent by it, given back, or released when it takes too long."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from regulars.kit import sql
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations, queries
from regulars.loyalty.points.models import Balance, Draw, Hold, Lot
from regulars.loyalty.programme import queries as programme
from tests import make
from tests.loyalty.points import book

pytestmark = pytest.mark.django_db


def _key(name, body=None):
    return operations.key("test", name, body or {})


def _grant(member, amount, name, **more):
    return points.grant(member.pk, amount, key=_key(name, {"amount": amount}), by=make.BY, at=make.AT, **more)


def _balance(member, at=make.AT):
    found = queries.get_balance(member.pk, programme.get_currency().pk, at=at)
    return found.available, found.pending, found.held


def _lots(member):
    return [(lot.remaining, lot.held) for lot in Lot.objects.filter(member_id=member.pk).order_by("id")]


def test_what_is_held_cannot_be_spent():
    member = make.member()
    _grant(member, 100, "a")

    _, row = book.try_to_hold(member, 70)

    assert row == [{"available": 30, "held": 70}]
    assert _balance(member) == (30, 0, 70)
    with pytest.raises(points.NotEnoughPoints), transaction.atomic():
        points.redeem(member.pk, 31, key=_key("b"), by=make.BY, at=make.AT)
    assert points.redeem(member.pk, 30, key=_key("c"), by=make.BY, at=make.AT) == {"amount": 30, "available": 0}
    assert queries.audit().holds()


def test_more_than_there_is_cannot_be_held():
    member = make.member()
    _grant(member, 100, "a")
    book.try_to_hold(member, 70)

    _, row = book.try_to_hold(member, 31)

    assert row == []
    assert _balance(member) == (30, 0, 70)
    assert queries.audit().holds()


def test_a_hold_takes_the_lots_that_a_spending_would_take():
    member = make.member()
    _grant(member, 10, "never")
    _grant(member, 10, "late", expires_at=make.AT + timedelta(days=30))
    _grant(member, 10, "soon", expires_at=make.AT + timedelta(days=3))

    book.try_to_hold(member, 15)

    assert _lots(member) == [(10, 0), (10, 5), (10, 10)]
    assert [lot.free for lot in queries.list_lots(member.pk, at=make.AT)] == [5, 10]


def test_a_purchase_spends_what_was_held_for_it():
    member = make.member()
    _grant(member, 10, "soon", expires_at=make.AT + timedelta(days=3))
    _grant(member, 100, "never")
    operation_id, _ = book.try_to_hold(member, 15)

    row = book.redeem_held(member, operation_id)

    assert row == [{"amount": 15, "available": 95, "held": 0}]
    assert _lots(member) == [(0, 0), (95, 0)]
    assert sorted(Draw.objects.filter(member_id=member.pk).values_list("amount", flat=True)) == [5, 10]
    assert book.redeem_held(member, operation_id) == []
    assert book.release(member, operation_id) == []
    assert queries.audit().holds()


def test_what_is_released_can_be_spent_again():
    member = make.member()
    _grant(member, 10, "soon", expires_at=make.AT + timedelta(days=3))
    _grant(member, 100, "never")
    operation_id, _ = book.try_to_hold(member, 15)

    row = book.release(member, operation_id)

    assert row == [{"amount": 15, "available": 110, "held": 0}]
    assert _lots(member) == [(10, 0), (100, 0)]
    assert book.release(member, operation_id) == []
    assert book.redeem_held(member, operation_id) == []
    assert queries.audit().holds()


def test_points_that_are_due_can_be_held_before_their_activation_is_posted():
    member = make.member()
    book.accrue(member, 50, activates_at=make.AT + timedelta(days=1))
    due = make.AT + timedelta(days=1)
    assert book.try_to_hold(member, 20)[1] == []

    first, row = book.try_to_hold(member, 20, at=due)
    second, _ = book.try_to_hold(member, 30, at=due)

    assert row == [{"available": 30, "held": 20}]
    assert _balance(member, due) == (0, 0, 50)
    assert queries.audit().holds()
    assert book.release(member, first, at=due) == [{"amount": 20, "available": 20, "held": 30}]
    assert book.redeem_held(member, second, at=due) == [{"amount": 30, "available": 20, "held": 0}]
    assert points.redeem(member.pk, 20, key=_key("b"), by=make.BY, at=due) == {"amount": 20, "available": 0}
    assert queries.audit().holds()


def test_what_was_held_in_time_is_spent_after_the_lot_expired():
    member = make.member()
    _grant(member, 50, "a", expires_at=make.AT + timedelta(minutes=5))
    operation_id, _ = book.try_to_hold(member, 20)
    late = make.AT + timedelta(minutes=6)

    row = book.redeem_held(member, operation_id, at=late)

    assert row == [{"amount": 20, "available": 0, "held": 0}]
    assert queries.audit().holds()


def test_who_leaves_forfeits_held_points_too_and_the_purchase_finds_nothing():
    member = make.member()
    _grant(member, 50, "a")
    operation_id, _ = book.try_to_hold(member, 20)

    taken = points.forfeit(member.pk, by=make.BY, at=make.AT)

    assert taken == 50
    assert _balance(member) == (0, 0, 0)
    assert book.redeem_held(member, operation_id) == []
    assert set(Hold.objects.values_list("state", flat=True)) == {"released"}
    assert queries.audit().holds()


@pytest.mark.parametrize("held", [-1, 11])
def test_the_database_itself_refuses_to_hold_what_a_lot_does_not_have(held):
    member = make.member()
    _grant(member, 10, "a")

    with pytest.raises(IntegrityError, match="a_lot_holds_what_it_has"), transaction.atomic():
        sql.run("update loyalty_points_lot set held = %s where member_id = %s", [held, member.pk])


@pytest.mark.parametrize(
    "damage",
    [
        "update loyalty_points_hold set amount = amount + 1",
        "update loyalty_points_hold set state = 'released'",
        "update loyalty_points_lot set held = held - 1",
        "update loyalty_points_balance set held = held - 1, available = available + 1",
        "update loyalty_points_lot set is_active = false",
    ],
)
def test_the_audit_sees_holds_that_do_not_agree(damage):
    member = make.member()
    _grant(member, 10, "a")
    book.try_to_hold(member, 5)
    assert queries.audit().holds()

    sql.run(damage)

    assert not queries.audit().holds()
    assert Balance.objects.count() == 1
