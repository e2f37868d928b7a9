"""Who works for one partner sees that partner's stores, tills, offers and receipts, and cannot open another's."""

import pytest
from django.test import Client

from regulars.access import actions as access
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.offers.models import Offer
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.stores.models import Partner, Store, Till
from tests import make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


def _company(name: str) -> tuple[Partner, list[object]]:
    partner = make.partner(name)
    store = make.store(f"store-{name}", of=partner)
    till = make.till(at_store=store)
    offer = offers.draft(
        offers.NewOffer(name=f"offer-{name}", benefit="points", basis_points=100, partner_id=partner.pk),
        by=make.BY,
        at=make.AT,
    )
    basket = Basket((BasketLine(1, "tea", "Tea", 1000, 100),), make.AT, "GBP")
    checkout.confirm(name, basket, key=name, till=stores.get_till(till.pk), by=make.BY, at=make.AT)
    return partner, [partner, store, till, offer, Purchase.objects.get(number=name)]


@pytest.fixture
def companies() -> tuple[Client, list[object], list[object]]:
    make.programme()
    (mine, own), (_, foreign) = _company("mine"), _company("theirs")
    employee = access.add_employee(
        "scoped", name="Olga", roles=["administrator"], password=None, partner_id=mine.pk, by=make.BY, at=make.AT
    )
    client = Client()
    client.force_login(employee)
    return client, own, foreign


def test_lists_hold_only_the_partners_rows(companies: tuple[Client, list[object], list[object]]) -> None:
    client, _, _ = companies

    for model in (Partner, Store, Till, Offer, Purchase):
        page = client.get(staff.list_of("backoffice", model)).text
        assert "mine" in page, model
        assert "theirs" not in page, model
    assert "theirs" not in client.get("/backoffice/").text


def test_pages_of_another_partner_do_not_open(companies: tuple[Client, list[object], list[object]]) -> None:
    client, own, foreign = companies

    for row in own:
        assert client.get(staff.page_of("backoffice", row)).status_code == 200, row
    for row in foreign:
        assert client.get(staff.page_of("backoffice", row)).status_code in (302, 404), row
