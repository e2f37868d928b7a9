"""What is held stands on the lot, on the balance and on the operation that holds it, with what became of it."""

import re

import pytest

from regulars.loyalty.points.models import Lot, Operation
from tests import make
from tests.loyalty.points import book
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_an_operation_shows_what_it_holds_of_which_lot_and_what_became_of_it() -> None:
    member = make.member()
    book.accrue(member, 100)
    hold = book.hold(member, 60)
    book.redeem_held(member, hold)
    client = staff.signed_in("administrator")

    page = words(client.get(staff.page_of("backoffice", Operation.objects.get(pk=hold))).text)

    assert "Held for a purchase" in page
    assert f"Held of Lot Points What became of it Until Lot {Lot.objects.get().pk} 60 Spent" in page


def test_a_lot_shows_how_much_of_it_is_held() -> None:
    member = make.member()
    book.accrue(member, 100)
    book.hold(member, 63)
    client = staff.signed_in("administrator")

    assert "63" in words(client.get(staff.list_of("backoffice", Lot)).text)
    assert "63" in words(client.get(staff.page_of("backoffice", Lot.objects.get())).text)
