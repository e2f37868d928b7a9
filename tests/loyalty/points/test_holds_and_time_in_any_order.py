"""Random moves, holds and hours on two members, beside a model that knows lots and nothing of postings: they agree."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations, queries
from regulars.loyalty.points.models import Balance
from regulars.loyalty.programme import queries as programme
from tests import make
from tests.loyalty.points import book

MEMBERS = 2
GIVEN = st.integers(min_value=1, max_value=200)
TAKEN = st.integers(min_value=1, max_value=120)
HOURS = st.integers(min_value=0, max_value=72)
WHO = st.integers(min_value=0, max_value=MEMBERS - 1)
ANY = st.integers(min_value=0)


@dataclass
class ModelLot:
    """Points that came together."""

    left: int
    held: int
    activates_at: datetime
    expires_at: datetime | None

    def is_open(self, at):
        return self.expires_at is None or self.expires_at > at


@dataclass
class ModelHold:
    """What one operation holds."""

    who: int
    operation_id: int
    shares: list[tuple[ModelLot, int]]
    expires_at: datetime


class Ledger:
    """Accruals, holds and their ends, spendings, postings and leavings while time goes by."""

    def __init__(self):
        make.programme()
        self.currency = programme.get_currency().pk
        self.members = [make.member() for _ in range(MEMBERS)]
        self.lots = [[] for _ in range(MEMBERS)]
        self.holds = []
        self.now = make.AT
        for who in range(MEMBERS):
            for delay, lifetime in ((0, 48), (0, None), (12, None), (0, 24), (24, 36)):
                self.accrue(who, 50, delay, lifetime)

    def _usable(self, who):
        usable = [lot for lot in self.lots[who] if lot.activates_at <= self.now and lot.is_open(self.now)]
        return sorted(usable, key=lambda lot: (lot.expires_at is None, lot.expires_at, lot.activates_at))

    def _available(self, who):
        return sum(lot.left - lot.held for lot in self._usable(who))

    def _take(self, who, amount):
        shares = []
        for lot in self._usable(who):
            share = min(lot.left - lot.held, amount)
            amount -= share
            if share:
                shares.append((lot, share))
        assert amount == 0
        return shares

    def accrue(self, who, amount, delay, lifetime):
        activates = self.now + timedelta(hours=delay)
        expires = None if lifetime is None else self.now + timedelta(hours=lifetime)
        book.accrue(self.members[who], amount, activates_at=activates, expires_at=expires, at=self.now)
        self.lots[who].append(ModelLot(amount, 0, activates, expires))

    def redeem(self, who, amount):
        key, before = operations.key("ledger", f"k{make.number()}", {}), self._available(who)
        try:
            with transaction.atomic():
                answer = points.redeem(self.members[who].pk, amount, key=key, by=make.BY, at=self.now)
        except points.NotEnoughPoints:
            assert amount > before
        else:
            for lot, share in self._take(who, amount):
                lot.left -= share
            assert answer["available"] == before - amount == self._available(who)

    def hold(self, who, amount, hours):
        before, until = self._available(who), self.now + timedelta(hours=hours)
        operation_id, rows = book.try_to_hold(self.members[who], amount, at=self.now, expires_at=until)
        if amount > before:
            assert rows == []
            return
        shares = self._take(who, amount)
        for lot, share in shares:
            lot.held += share
        self.holds.append(ModelHold(who, operation_id, shares, until))
        assert rows == [{"available": before - amount, "held": self._held(who)}]

    def _held(self, who):
        return sum(lot.held for lot in self.lots[who])

    def end_a_hold(self, which, is_spent):
        if not self.holds:
            return
        hold = self.holds.pop(which % len(self.holds))
        verb = book.redeem_held if is_spent else book.release
        rows = verb(self.members[hold.who], hold.operation_id, at=self.now)
        self._let_go(hold, is_spent)
        amount = sum(share for _, share in hold.shares)
        assert rows == [{"amount": amount, "available": self._available(hold.who), "held": self._held(hold.who)}]
        assert verb(self.members[hold.who], hold.operation_id, at=self.now) == []

    def _let_go(self, hold, is_spent):
        for lot, share in hold.shares:
            lot.held -= share
            lot.left -= share if is_spent else 0

    def wait(self, hours):
        self.now += timedelta(hours=hours, microseconds=1)

    def post_some(self, limit):
        points.activate_due(at=self.now, limit=limit)
        points.expire_due(at=self.now, limit=limit)

    def release_overdue(self):
        points.release_due(at=self.now)
        for hold in [hold for hold in self.holds if hold.expires_at <= self.now]:
            self._let_go(hold, is_spent=False)
            self.holds.remove(hold)

    def post_all(self):
        """Afterwards the row itself says what is a function of the lots."""
        self.now += timedelta(microseconds=1)
        while points.activate_due(at=self.now, limit=2) + points.expire_due(at=self.now, limit=2):
            pass
        for member in self.members:
            row = Balance.objects.filter(member_id=member.pk).first() or Balance()
            found = queries.get_balance(member.pk, self.currency, at=self.now)
            assert (row.available, row.pending, row.held) == (found.available, found.pending, found.held)

    def forfeit(self, who):
        if points.forfeit(self.members[who].pk, by=make.BY, at=self.now):
            self.lots[who] = []
            self.holds = [hold for hold in self.holds if hold.who != who]

    def check(self):
        """The book balances, and what the room says is what the model says."""
        assert queries.audit().holds()
        for who, member in enumerate(self.members):
            found = queries.get_balance(member.pk, self.currency, at=self.now)
            pending = [lot for lot in self.lots[who] if lot.activates_at > self.now and lot.is_open(self.now)]
            assert found.available == self._available(who)
            assert found.pending == sum(lot.left - lot.held for lot in pending)
            assert found.held == self._held(who)
            expiring = [lot for lot in self._usable(who) if lot.expires_at]
            listed = queries.list_expiries(member.pk, self.now)
            assert sum(each.amount for each in listed) == sum(lot.left - lot.held for lot in expiring)


def move(name, **chosen):
    return st.fixed_dictionaries(chosen).map(lambda chosen: (name, chosen))


MOVES = st.one_of(
    move("accrue", who=WHO, amount=GIVEN, delay=HOURS, lifetime=st.none() | HOURS),
    move("redeem", who=WHO, amount=TAKEN),
    move("hold", who=WHO, amount=TAKEN, hours=HOURS),
    move("end_a_hold", which=ANY, is_spent=st.booleans()),
    move("wait", hours=HOURS),
    move("post_some", limit=st.integers(min_value=1, max_value=3)),
    move("release_overdue"),
    move("post_all"),
)
TIME_PASSES = (("wait", {"hours": 73}), ("post_all", {}), ("release_overdue", {}), ("post_all", {}))
RUNS = st.lists(MOVES, min_size=20, max_size=30)


class TestLedger(TestCase):
    """Forty runs of twenty to thirty moves."""

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(moves=RUNS, leaves=WHO)
    def test_the_room_and_the_model_agree_after_every_move(self, moves, leaves):
        ledger = Ledger()
        ledger.check()

        for name, chosen in moves:
            getattr(ledger, name)(**chosen)
            ledger.check()

        for name, chosen in (("forfeit", {"who": leaves}), *TIME_PASSES):
            getattr(ledger, name)(**chosen)
            ledger.check()
