"""Ctrl+K: pages that open for the employee, and rows that a whole number identifies, within rights and partner."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.access import actions as access
from regulars.loyalty.purchases.models import Purchase
from tests import make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


def found(client: Client, text: str, system: str = "backoffice") -> str:
    """What the palette answers."""
    return client.get(f"/{system}/search/", {"s": text}).text


def test_pages_are_found_by_a_part_of_their_name_if_they_open() -> None:
    make.programme()

    administrator, designer = staff.signed_in("administrator"), staff.signed_in("designer")

    assert "Balances" in found(administrator, "balan")
    assert "Balances" not in found(designer, "balan")
    assert "Offers" in found(designer, "OFF")
    assert "Mailing categories" in found(administrator, "categor", "smartcomms")
    assert "Mailing categories" not in found(administrator, "categor")


@pytest.mark.parametrize("text", ["+44 7700 900001", "07700900001", "anna@example.org"])
def test_a_member_is_found_by_a_whole_contact_in_any_form(text: str) -> None:
    anna = staff.shop()

    assert staff.page_of("backoffice", anna) in found(staff.signed_in("operator"), text)
    assert staff.page_of("backoffice", anna) not in found(staff.signed_in("analyst"), text)


def test_a_receipt_is_found_by_its_whole_number_and_not_by_a_part() -> None:
    staff.shop()
    receipt = staff.page_of("backoffice", Purchase.objects.get())
    client = staff.signed_in("analyst")

    assert receipt in found(client, "R-1")
    assert receipt in found(client, Purchase.objects.get().public_id)
    assert receipt not in found(client, "R-")
    assert "has exactly this number" in found(client, "R-2")


def test_another_partners_receipt_is_not_found() -> None:
    staff.shop()
    other = make.partner("other")
    employee = access.add_employee(
        "scoped", name="Olga", roles=["administrator"], password=None, partner_id=other.pk, by=make.BY, at=make.AT
    )
    client = Client()
    client.force_login(employee)

    assert "purchase" not in found(client, "R-1")


def test_nothing_typed_finds_nothing_and_what_was_typed_is_shown_as_text() -> None:
    client = staff.signed_in("administrator")

    assert found(client, "  ") == ""
    assert "<script>" not in found(client, "<script>alert(1)</script>")
    assert client.get("/backoffice/search/?s=%00").status_code == 400
    assert Client().get("/backoffice/search/?s=R-1").status_code == 302


def test_finding_costs_a_few_questions_by_their_indexes() -> None:
    staff.shop()
    client = staff.signed_in("administrator")
    found(client, "R-1")

    with CaptureQueriesContext(connection) as asked:
        found(client, "R-1")

    assert len(asked) <= 24, [each["sql"][:100] for each in asked]
    assert not [each["sql"] for each in asked if "loyalty_purchases" in each["sql"] and "UPPER" in each["sql"]]
