"""Tills that want the same points at once never spend more than there are, and a purchase has one end."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from regulars.kit.refusal import Conflict, Refusal
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout import payment
from regulars.loyalty.points import actions as points
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores import queries as stores
from tests import make
from tests.loyalty.checkout.counter import ALL, Counter

pytestmark = pytest.mark.django_db(transaction=True)


def _at_once(*work: Callable[[], Any]) -> list[Any]:
    """What each answered, or the refusal it met."""
    barrier = Barrier(len(work))

    def run(one: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return one()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


def _second_till(counter: Counter) -> Counter:
    other = object.__new__(Counter)
    other.__dict__ = {**vars(counter), "till": stores.get_till(make.till("2").pk)}
    return other


@pytest.fixture
def tills(transactional_db: None) -> tuple[Counter, Counter]:
    first = Counter(1000)
    return first, _second_till(first)


@pytest.mark.parametrize("wanted", [700, ALL])
def test_two_tills_that_want_the_same_points_do_not_both_get_them(tills: tuple[Counter, Counter], wanted: Any) -> None:
    for number in range(10):
        answers = _at_once(*(partial(at.reserve, wanted, f"r{number}", price=9000) for at in tills))

        assert sorted(isinstance(answer, points.NotEnoughPoints) for answer in answers) == [False, True], answers
        available, held = tills[0].account()
        assert available + held == 1000
        assert held == (1000 if wanted == ALL else 700)
        for at in tills:
            at.cancel(f"r{number}")


def test_as_many_as_can_pay_take_what_others_left(tills: tuple[Counter, Counter]) -> None:
    answers = _at_once(*(partial(at.reserve, ALL, price=600) for at in tills))

    assert sorted(answer["reserved"]["points"] for answer in answers) == [400, 600]
    assert tills[0].account() == (0, 1000)


def test_a_purchase_that_is_confirmed_and_cancelled_at_once_has_one_end(tills: tuple[Counter, Counter]) -> None:
    at, _ = tills
    ends = set()
    for number in range(12):
        name = f"r{number}"
        at.reserve(100, name)
        paid, cancelled = _at_once(partial(at.confirm, name), partial(at.cancel, name))

        is_confirmed = Purchase.objects.filter(number=name).exists()
        ends.add(is_confirmed)
        assert isinstance(cancelled, checkout.PurchaseConfirmedBefore) == is_confirmed
        assert isinstance(paid, checkout.PurchaseCancelledBefore) == (not is_confirmed)
        assert at.account()[1] == 0


def test_one_reservation_sent_several_times_at_once_holds_once(tills: tuple[Counter, Counter]) -> None:
    at, _ = tills

    answers = _at_once(*(lambda: at.reserve(300, key="k") for _ in range(6)))

    assert all(answer == answers[0] for answer in answers)
    assert at.account() == (700, 300)


def test_reservations_of_one_purchase_take_each_others_place(tills: tuple[Counter, Counter]) -> None:
    at, _ = tills

    answers = _at_once(*(partial(at.reserve, 100 + n, key=f"k{n}") for n in range(6)))

    assert not [answer for answer in answers if isinstance(answer, Refusal)]
    available, held = at.account()
    assert available + held == 1000
    assert 100 <= held <= 105


def test_everything_at_once_never_overspends(tills: tuple[Counter, Counter]) -> None:
    dice = random.Random(7)

    def visit(at: Counter, seed: int) -> None:
        fate, name = random.Random(seed), f"v{seed}"
        for _ in range(6):
            price = fate.choice([200, 500])
            act = fate.choice(
                [
                    partial(at.reserve, fate.choice([ALL, 90, 350]), name, price=price),
                    partial(at.confirm, name, price=price),
                    partial(at.confirm, f"{name} now", price=price, tenders={"points": 150, "cash": price - 150}),
                    partial(at.cancel, name),
                ]
            )
            with suppress(points.NotEnoughPoints, payment.PointsPayTooMuch, Conflict):
                act()

    visits = [(at, dice.randrange(10**6)) for at in tills for _ in range(3)]
    failed = [each for each in _at_once(*(partial(visit, *each) for each in visits)) if each]

    assert not failed
    spent = sum(Purchase.objects.values_list("points_spent", flat=True))
    earned = sum(Purchase.objects.values_list("points_earned", flat=True))
    available, held = tills[0].account()
    assert available + held + spent == 1000 + earned
