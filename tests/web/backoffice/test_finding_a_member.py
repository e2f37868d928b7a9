"""A member is found by whatever identifies, in whatever form it is typed."""

import pytest

from regulars.loyalty.members.models import Member
from tests import cast
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed", ["+44 7700 900001", "07700 900001", "anna@example.org", "ANNA@example.org", "card", "public id", "morg"]
)
def test_a_member_is_found_by_phone_mailbox_card_id_or_surname(typed: str) -> None:
    anna, _ = cast.anna(), cast.max_()
    known = {"card": anna.card.number, "public id": anna.member.public_id}
    client = staff.signed_in("operator")

    page = client.get(staff.list_of("backoffice", Member), {"q": known.get(typed, typed)}).text

    assert "Anna Morgan" in page
    assert "Max Weber" not in page


def test_a_customer_is_found_at_the_sister_too() -> None:
    staff.shop()
    client = staff.signed_in("auditor")

    assert "Anna Morgan" in client.get("/smartcomms/smartcomms_customers/customer/", {"q": "+447700900001"}).text
    assert "Anna Morgan" not in client.get("/smartcomms/smartcomms_customers/customer/", {"q": "+447700900002"}).text
