"""The page of a receipt tells what was sold, what each line got and from which offer, which points moved, and what was sent."""

import re

import pytest

from regulars.journal.models import Entry
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.stores.models import Till
from tests import make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


def words(page: str) -> str:
    """The page as text."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.partition('id="content"')[2]).replace("\u00a0", " ").split())


def test_the_story_names_store_customer_version_lines_and_points() -> None:
    staff.shop()
    receipt = Purchase.objects.get()

    page = words(staff.signed_in("administrator").get(staff.page_of("backoffice", receipt)).text)

    assert "Sold at" in page
    assert "The customer: Anna Morgan" in page
    assert f"Priced with version {receipt.offers_version} of the offers" in page
    assert "2 × £1.99" in page
    assert f"+{receipt.points_earned} from 5 % in points" in page
    assert re.search(rf"Lot \d+: {receipt.points_earned} by “5 % in points”, usable from .* for ever; .* left\.", page)
    assert "To pay £3.98" in page


def test_messages_that_the_receipt_caused_stand_in_it_masked() -> None:
    anna = staff.shop()
    accrued = Entry.objects.get(event="loyalty.PointsAccrued")
    staff.message("loyalty", anna.public_id, origin=f"event:{accrued.pk}", text="20 points for milk", state="delivered")
    staff.message("loyalty", anna.public_id, text="Something else")

    page = words(staff.signed_in("administrator").get(staff.page_of("backoffice", Purchase.objects.get())).text)
    analyst = words(staff.signed_in("analyst").get(staff.page_of("backoffice", Purchase.objects.get())).text)

    assert "SMS to +44 ••• 01: delivered" in page
    assert "20 points for milk" in page
    assert "Something else" not in page
    assert "7700900001" not in page
    assert "20 points for milk" not in analyst
    assert "The customer: a person" in analyst


def test_an_anonymous_receipt_says_why_it_earned_nothing() -> None:
    staff.shop()
    till = stores.get_till(Till.objects.get().pk)
    basket = Basket((BasketLine(1, "nowhere", "Flowers", 1000, 500),), make.AT, "GBP")
    checkout.confirm("R-9", basket, key="k-9", till=till, by=make.BY, at=make.AT)

    receipt = Purchase.objects.get(number="R-9")
    page = words(staff.signed_in("administrator").get(staff.page_of("backoffice", receipt)).text)

    assert "Nobody was recognised" in page
    assert "Flowers (not in our list of goods)" in page
    assert "Why each offer did or did not" in page
    assert all(outcome["sentence"] in page for outcome in receipt.outcomes)
    assert receipt.outcomes
