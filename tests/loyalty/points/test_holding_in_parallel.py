"""Many at once hold, spend and give back points, and several workers post: nobody overspends, nothing happens twice."""

import contextlib
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from regulars.journal.models import Entry as JournalEntry
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import events, operations, queries
from regulars.loyalty.points.models import Balance, Draw, Entry, Hold
from regulars.loyalty.programme import queries as programme
from tests import make
from tests.loyalty.points import book

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8
DUE = make.AT + timedelta(days=1)


def _at_once(count, work):
    barrier = Barrier(count)

    def run(number):
        try:
            barrier.wait()
            return work(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def _errors(answers):
    return [answer for answer in answers if isinstance(answer, Exception)]


def _balance(member, at=make.AT):
    return queries.get_balance(member.pk, programme.get_currency().pk, at=at)


def test_a_balance_is_held_exactly_as_often_as_it_lasts():
    member = make.member()
    for _ in range(5):
        book.accrue(member, 20)

    answers = _at_once(16, lambda _: book.try_to_hold(member, 15)[1])

    assert _errors(answers) == []
    assert len([rows for rows in answers if rows]) == 6
    assert (_balance(member).available, _balance(member).held) == (10, 90)
    assert queries.audit().holds()


def test_one_hold_is_ended_once_by_however_many():
    member = make.member()
    book.accrue(member, 100)
    hold = book.hold(member, 60)

    answers = _at_once(THREADS, lambda n: (book.release if n % 2 else book.redeem_held)(member, hold) and "ended")

    assert sorted(map(bool, answers)) == [False] * (THREADS - 1) + [True]
    assert _errors(answers) == []
    assert _balance(member).held == 0
    assert queries.audit().holds()


def test_holding_spending_giving_back_and_posting_at_once_never_overspends():
    member = make.member()
    for number in range(10):
        book.accrue(member, 100, expires_at=DUE + timedelta(hours=number) if number % 2 else None)
        book.accrue(member, 10, activates_at=DUE)
    granted = 10 * 100 + 10 * 10

    def work(number):
        lot, at, spent = random.Random(number), DUE - timedelta(hours=1), 0
        for step in range(20):
            amount = lot.randint(1, 40)
            at += timedelta(minutes=30)
            if number < 2:
                for verb in (points.activate_due, points.expire_due, points.release_due):
                    verb(at=at)
            elif number < 4:
                key = operations.key("parallel", f"{number}-{step}", {})
                with contextlib.suppress(points.NotEnoughPoints):
                    spent += points.redeem(member.pk, amount, key=key, by=make.BY, at=at)["amount"]
            else:
                hold, rows = book.try_to_hold(member, amount, at=at, expires_at=at + timedelta(minutes=45))
                if rows and lot.random() < 0.6:
                    spent += sum(row["amount"] for row in book.redeem_held(member, hold, at=at))
                elif rows and lot.random() < 0.5:
                    book.release(member, hold, at=at)
        return spent

    answers = _at_once(THREADS, work)

    assert _errors(answers) == []
    assert queries.audit().holds()
    draws = sum(Draw.objects.values_list("amount", flat=True))
    expired = sum(Entry.objects.filter(account="expired").values_list("amount", flat=True))
    assert sum(answers) + expired == draws <= granted
    assert sum(answers) > 0
    while points.release_due(at=DUE + timedelta(days=2)):
        pass
    assert not Hold.objects.filter(state="held").exists()
    assert queries.audit().holds()


def test_several_workers_share_what_is_due_and_post_it_once():
    members = [make.member() for _ in range(40)]
    for member in members:
        book.accrue(member, 5, activates_at=DUE)
        book.accrue(member, 3, expires_at=DUE)
        book.accrue(member, 4)
        book.hold(member, 4)

    def work(_):
        done = [0, 0, 0]
        while sum(
            some := [verb(at=DUE, limit=7) for verb in (points.activate_due, points.expire_due, points.release_due)]
        ):
            done = [sum(pair) for pair in zip(done, some, strict=True)]
        return done

    answers = _at_once(4, work)
    left = work(0)  # what was locked when the last of them looked

    assert _errors(answers) == []
    assert [sum(each) for each in zip(*answers, left, strict=True)] == [40, 40, 80]
    for event in (events.PointsActivated, events.PointsExpired, events.HoldLapsed):
        assert JournalEntry.objects.filter(event=event.event_name()).count() == 40
    assert {(row.available, row.pending, row.held) for row in Balance.objects.all()} == {(9, 0, 0)}
    assert queries.audit().holds()
