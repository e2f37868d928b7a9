"""A thousand random operations on a few members, beside a model in plain dictionaries: sums, balances and lots agree."""

from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from regulars.kit.actor import Actor
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations, queries
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.stores import queries as stores
from tests import make

MEMBERS = 3
AMOUNTS = st.integers(min_value=1, max_value=500)
WHO = st.integers(min_value=0, max_value=MEMBERS - 1)


class Book(RuleBasedStateMachine):
    """Grants, spends, purchases, repeats and leavings in any order."""

    @initialize()
    def open_the_programme(self):
        make.programme()
        self.till = stores.get_till(make.till().pk)
        self.actor = Actor("till", self.till.till_public_id, "api/pos")
        self.members = [make.member() for _ in range(MEMBERS)]
        offer = offers.draft(
            offers.NewOffer(name="5 % back", benefit="points", basis_points=500), by=make.BY, at=make.AT
        )
        offers.publish(offer, by=make.BY, at=make.AT)
        self.model = [0] * MEMBERS
        self.done = []

    def _key(self, body):
        return operations.key("book", f"k{make.number()}", body)

    @rule(who=WHO, amount=AMOUNTS)
    def grant(self, who, amount):
        key = self._key([who, amount])
        answer = points.grant(self.members[who].pk, amount, key=key, by=make.BY, at=make.AT)
        self.model[who] += amount
        self.done.append((key, who, amount, answer))

    @precondition(lambda self: self.done)
    @rule(which=st.integers(min_value=0))
    def repeat_a_grant(self, which):
        key, who, amount, answer = self.done[which % len(self.done)]
        assert points.grant(self.members[who].pk, amount, key=key, by=make.BY, at=make.AT) == answer

    @rule(who=WHO, amount=AMOUNTS)
    def redeem(self, who, amount):
        try:
            with transaction.atomic():
                points.redeem(self.members[who].pk, amount, key=self._key([who, amount]), by=make.BY, at=make.AT)
        except points.NotEnoughPoints:
            assert amount > self.model[who]
        else:
            self.model[who] -= amount

    @rule(who=WHO, price=st.integers(min_value=0, max_value=100_000), quantity=st.integers(min_value=1, max_value=3000))
    def buy(self, who, price, quantity):
        basket = Basket(
            (BasketLine(1, "4006", "Tea", quantity, price),),
            make.AT,
            "GBP",
            Identifier("member", self.members[who].public_id),
        )
        name = f"p{make.number()}"
        answer = checkout.confirm(name, basket, key=name, till=self.till, by=self.actor, at=make.AT)
        assert checkout.confirm(name, basket, key=name, till=self.till, by=self.actor, at=make.AT) == answer
        self.model[who] += answer["points"]

    @rule(who=WHO)
    def forfeit(self, who):
        taken = points.forfeit(self.members[who].pk, by=make.BY, at=make.AT)
        if taken:
            assert taken == self.model[who]
            self.model[who] = 0

    @invariant()
    def the_book_balances(self):
        if not hasattr(self, "model"):
            return
        assert queries.audit().holds()
        currency = programme.get_currency().pk
        later = make.AT + timedelta(seconds=1)
        for member, expected in zip(self.members, self.model, strict=True):
            assert queries.get_balance(member.pk, currency, at=later).available == expected


class TestBook(Book.TestCase, TestCase):
    """Twenty runs of fifty steps: a thousand operations."""


TestBook.settings = settings(
    max_examples=20, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
