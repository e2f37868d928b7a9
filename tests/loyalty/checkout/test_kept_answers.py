"""A repeat gets the first answer, and what is kept for it names nobody."""

import orjson
import pytest

from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.members import actions as members
from regulars.loyalty.members.models import Identifier as Known
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.points.models import Operation
from regulars.loyalty.stores import queries as stores
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def confirm(db):
    """Confirm one receipt of Annabella's, by her phone; each call is a repeat of the first."""
    make.programme()
    member = make.member(first_name="Annabella")
    phone = Known.objects.get(member_id=member.pk, kind="phone").value
    till = stores.get_till(make.till().pk)
    offer = offers.draft(offers.NewOffer(name="5 % back", benefit="points", basis_points=500), by=make.BY, at=make.AT)
    offers.publish(offer, by=make.BY, at=make.AT)
    basket = Basket((BasketLine(1, "4006", "Tea", 1000, 250),), make.AT, "GBP", Identifier("phone", phone))

    def once():
        return checkout.confirm("r1", basket, key="k1", till=till, by=make.BY, at=make.AT)

    once.member, once.phone = member, phone
    return once


def test_a_repeat_names_the_customer_and_explains_every_offer_as_the_first_time(confirm):
    first = confirm()

    assert first["customer"]["first_name"] == "Annabella"
    assert first["outcomes"]
    assert confirm() == first


def test_the_kept_answer_has_no_name(confirm):
    confirm()

    kept = orjson.dumps(Operation.objects.get().answer).decode()
    assert "Annabella" not in kept
    assert confirm.member.public_id in kept


def test_a_repeat_for_somebody_who_left_names_nobody_not_even_the_next_one_with_that_phone(confirm):
    first = confirm()
    members.leave(confirm.member, by=make.BY, at=make.AT)
    make.member(phone=confirm.phone, first_name="Bertram")

    again = confirm()

    assert again == first | {"customer": first["customer"] | {"first_name": ""}}
