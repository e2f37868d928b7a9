"""Activation, expiry and overdue holds are posted by the clock: once, for many members, and the balance never waits for it."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction

from regulars.journal.models import Entry as JournalEntry
from regulars.kit import chores, sql
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import events, operations, queries
from regulars.loyalty.points.models import Balance, Draw, Entry, Hold, Lot, Operation, OperationKind
from regulars.loyalty.programme import queries as programme
from tests import make
from tests.loyalty.points import book

pytestmark = pytest.mark.django_db
SOON, LATER = make.AT + timedelta(days=1), make.AT + timedelta(days=10)


def _row(member):
    row = Balance.objects.get(member_id=member.pk)
    return row.available, row.pending, row.held


def _told(event):
    return [entry.body for entry in JournalEntry.objects.filter(event=event.event_name()).order_by("id")]


def test_points_become_usable_once():
    member = make.member()
    book.accrue(member, 50, activates_at=SOON)
    before = _row(member)

    counts = [points.activate_due(at=at) for at in (make.AT, SOON, SOON, LATER)]

    assert counts == [0, 1, 0, 0]
    assert (before, _row(member)) == ((0, 50, 0), (50, 0, 0))
    assert _told(events.PointsActivated) == [{"member_id": member.pk, "amount": 50, "currency_code": "points"}]
    assert queries.audit().holds()


def test_points_expire_once():
    member = make.member()
    book.accrue(member, 50, expires_at=SOON)
    book.accrue(member, 20, expires_at=LATER)
    points.redeem(member.pk, 5, key=operations.key("t", "r", {}), by=make.BY, at=make.AT)

    counts = [points.expire_due(at=at) for at in (make.AT, SOON, SOON)]

    assert counts == [0, 1, 0]
    assert _row(member) == (20, 0, 0)
    assert _told(events.PointsExpired) == [{"member_id": member.pk, "amount": 45, "currency_code": "points"}]
    assert list(Draw.objects.order_by("id").values_list("amount", flat=True)) == [5, 45]
    assert queries.audit().holds()


def test_a_run_makes_one_operation_per_member_whose_entries_sum_to_zero():
    first, second = make.member(), make.member()
    for amount in (1, 2, 3):
        book.accrue(first, amount, expires_at=SOON)
    book.accrue(second, 10, expires_at=SOON)

    assert points.expire_due(at=SOON) == 4

    made = Operation.objects.filter(kind=OperationKind.EXPIRY).order_by("member_id")
    assert [(each.member_id, each.source, each.answer) for each in made] == [
        (first.pk, "points", {"amount": 6}),
        (second.pk, "points", {"amount": 10}),
    ]
    for each in made:
        entries = Entry.objects.filter(member_id=each.member_id, operation_id=each.pk)
        assert sum(entries.values_list("amount", flat=True)) == 0
    assert sorted(body["amount"] for body in _told(events.PointsExpired)) == [6, 10]
    assert {entry.person_id for entry in JournalEntry.objects.filter(event=events.PointsExpired.event_name())} == {
        first.public_id,
        second.public_id,
    }


def test_a_lot_that_expired_before_its_activation_was_posted_expires_only():
    member = make.member()
    book.accrue(member, 50, activates_at=SOON, expires_at=LATER)
    book.accrue(member, 7, activates_at=LATER, expires_at=SOON)

    assert points.activate_due(at=LATER) == 0
    assert points.expire_due(at=LATER) == 2

    assert _row(member) == (0, 0, 0)
    assert _told(events.PointsActivated) == []
    assert queries.audit().holds()


def test_what_is_held_does_not_expire_until_it_is_given_back():
    member = make.member()
    book.accrue(member, 50, expires_at=SOON)
    hold = book.hold(member, 20, at=make.AT, expires_at=LATER)

    assert points.expire_due(at=SOON) == 1
    assert _row(member) == (0, 0, 20)
    assert queries.audit().holds()
    book.release(member, hold, at=SOON)
    assert _row(member) == (20, 0, 0)
    assert queries.get_balance(member.pk, programme.get_currency().pk, at=SOON).available == 0
    assert points.expire_due(at=SOON) == 0  # that instant was posted
    assert points.expire_due(at=SOON + timedelta(microseconds=1)) == 1

    assert _row(member) == (0, 0, 0)
    assert [body["amount"] for body in _told(events.PointsExpired)] == [30, 20]
    assert queries.audit().holds()


def test_what_is_held_before_its_activation_is_posted_stays_held():
    member = make.member()
    book.accrue(member, 50, activates_at=SOON)
    part = book.hold(member, 20, at=SOON)
    rest = book.hold(member, 30, at=SOON)
    assert _row(member) == (0, 0, 50)

    assert points.activate_due(at=SOON) == 1
    book.release(member, part, at=SOON)
    book.redeem_held(member, rest, at=SOON)

    assert _row(member) == (20, 0, 0)
    assert _told(events.PointsActivated) == []  # all of it had been used already
    assert queries.audit().holds()


def test_a_hold_that_nobody_ends_is_released_once_after_its_time():
    member = make.member()
    book.accrue(member, 30, expires_at=LATER)
    book.accrue(member, 100)
    first = book.hold(member, 10)
    second = book.hold(member, 60)
    long_one = book.hold(member, 5, expires_at=LATER)
    due = make.AT + points.HOLD_LASTS

    counts = [points.release_due(at=at) for at in (due - timedelta(seconds=1), due, due)]

    assert counts == [0, 3, 0]
    assert _row(member) == (125, 0, 5)
    assert list(Lot.objects.order_by("id").values_list("held", flat=True)) == [0, 5]
    assert {key for (key,) in Operation.objects.filter(kind="release").values_list("external_key")} == {
        f"hold:{first}",
        f"hold:{second}",
    }
    assert book.redeem_held(member, first, at=due) == []
    assert book.release(member, second, at=due) == []
    assert book.redeem_held(member, long_one, at=due) == [{"amount": 5, "available": 125, "held": 0}]
    assert sorted(body["amount"] for body in _told(events.HoldLapsed)) == [10, 60]
    assert queries.audit().holds()


def test_a_run_takes_no_more_than_it_was_told_and_the_next_ones_the_rest():
    members = [make.member() for _ in range(5)]
    for member in members:
        book.accrue(member, 3, expires_at=SOON)
        book.accrue(member, 4, activates_at=SOON)
        book.hold(member, 2)

    runs = {
        verb.__name__: [verb(at=SOON, limit=2) for _ in range(4)]
        for verb in (points.release_due, points.activate_due, points.expire_due)
    }

    assert set(map(tuple, runs.values())) == {(2, 2, 1, 0)}
    assert [_row(member) for member in members] == [(4, 0, 0)] * 5
    assert queries.audit().holds()


def test_members_without_anything_due_are_left_alone():
    idle, due = make.member(), make.member()
    book.accrue(idle, 10)
    book.accrue(idle, 10, expires_at=LATER)
    book.accrue(due, 10, expires_at=SOON)

    points.expire_due(at=SOON)

    assert _row(idle) == (20, 0, 0)
    assert Operation.objects.filter(kind="expiry").count() == 1


def test_a_run_that_dies_before_its_end_has_posted_nothing():
    member = make.member()
    book.accrue(member, 10, expires_at=SOON)

    with suppress(RuntimeError), transaction.atomic():
        points.expire_due(at=SOON)
        raise RuntimeError("killed")

    assert _row(member) == (10, 0, 0)
    assert _told(events.PointsExpired) == []
    assert points.expire_due(at=SOON) == 1
    assert _row(member) == (0, 0, 0)


def test_the_scheduler_knows_all_three():
    known = {chore.name: chore for chore in chores.list_all()}
    member = make.member()
    book.accrue(member, 10, expires_at=SOON)
    book.accrue(member, 10, activates_at=SOON)
    book.hold(member, 1)

    done = [known[name].chore(SOON) for name in ("release held points", "activate points", "expire points")]

    assert done == [1, 1, 1]
    assert _row(member) == (10, 0, 0)
    assert Hold.objects.get().state == "released"


def test_the_history_says_what_time_has_done():
    member = make.member()
    book.accrue(member, 10, expires_at=LATER)
    book.accrue(member, 30, activates_at=SOON)
    book.hold(member, 4)
    points.release_due(at=SOON)
    points.activate_due(at=SOON)
    points.expire_due(at=LATER)

    told = [(row.kind, row.amount, row.moved) for row in queries.list_history(member.pk)]

    assert told == [
        ("expiry", -10, 10),
        ("activation", 0, 30),
        ("release", 0, 4),
        ("hold", 0, 4),
        ("grant", 30, 30),
        ("grant", 10, 10),
    ]


def test_what_expires_when_is_listed_by_the_last_day_of_its_use():
    member = make.member()
    book.accrue(member, 10, expires_at=make.AT + timedelta(days=2))
    book.accrue(member, 5, expires_at=make.AT + timedelta(days=2, hours=1))
    book.accrue(member, 7, expires_at=make.AT.replace(hour=0) + timedelta(days=4))
    book.accrue(member, 1)
    book.accrue(member, 9, activates_at=SOON, expires_at=LATER)
    book.hold(member, 3)

    days = queries.list_expiries(member.pk, make.AT)

    assert [(each.on.isoformat(), each.amount) for each in days] == [("2026-11-26", 12), ("2026-11-27", 7)]
    assert queries.list_expiries(member.pk, LATER) == []


def test_the_indexes_hold_only_what_is_due():
    plans = {
        "lots_to_activate": "not is_active and remaining > 0 and activates_at <= now()",
        "lots_to_expire": "remaining > held and expires_at <= now()",
    }
    make.programme()
    sql.run("set local enable_seqscan = off")
    for name, condition in plans.items():
        plan = sql.fetch(dict, f"explain select 1 from loyalty_points_lot where {condition}")
        assert name in str(plan)
