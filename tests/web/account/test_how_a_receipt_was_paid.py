"""The member's receipt and the back office's page of it say how it was paid and how it was rounded."""

from typing import Any

import pytest

from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine, Tender
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations
from regulars.loyalty.programme import actions as programme
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores import queries as stores
from tests import cast, make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def bought(anna: cast.Role) -> Purchase:
    programme.set_rounding("down", step=100, by=make.BY, at=make.AT)
    points.grant(anna.member.pk, 500, key=operations.key("test", "g", {}), by=make.BY, at=make.AT)
    tenders = (Tender("points", 300), Tender("voucher", 100), Tender("cash", 500))
    lines = (BasketLine(1, "4006", "Brown bread", 1000, 955),)
    basket = Basket(lines, make.AT, "GBP", Identifier("card", anna.card.number), "", tenders)
    till = stores.get_till(make.till().pk)
    answer = checkout.confirm("R-1", basket, key="k", till=till, by=make.BY, at=make.AT)
    return Purchase.objects.get(public_id=answer["id"])


def test_the_members_receipt_says_it(phone: Any, bought: Purchase) -> None:
    page = phone.get(f"/account/purchases/{bought.public_id}/").text

    for said in ("Rounding", "−£0.55", "Points", "£3.00", "voucher", "£1.00", "Cash", "£5.00", "£9.00"):
        assert said in page, said


def test_the_back_office_says_it(bought: Purchase) -> None:
    page = staff.signed_in("administrator").get(staff.page_of("backoffice", bought)).text

    for said in ("Rounding", "−£0.55", "£3.00", "voucher", "cash"):
        assert said.lower() in page.lower(), said
