"""Each role sees the pages of its rooms and no other, by the one permission table."""

import pytest
from django.test import Client

from regulars.access import permissions
from regulars.loyalty.members.models import Member
from regulars.loyalty.purchases.models import Purchase
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("system", staff.DESKS)
@pytest.mark.parametrize("role", permissions.ROLES)
def test_a_role_sees_the_rooms_of_the_permission_table_and_no_other(role: str, system: str) -> None:
    client = staff.signed_in(role)

    for model in staff.pages_of(system):
        room = permissions.room_of(model._meta.app_label)
        expected = 200 if permissions.allows([role], f"{room}.view") else 403
        assert client.get(staff.list_of(system, model)).status_code == expected, (role, model)


@pytest.mark.parametrize("role", permissions.ROLES)
def test_the_side_bar_offers_only_what_opens(role: str) -> None:
    client = staff.signed_in(role)

    page = client.get("/backoffice/").text

    for model in staff.pages_of("backoffice"):
        room = permissions.room_of(model._meta.app_label)
        is_offered = f'href="{staff.list_of("backoffice", model)}"' in page
        assert is_offered == permissions.allows([role], f"{room}.view"), (role, model)


def test_nobody_comes_in_without_signing_in() -> None:
    for address in ("/backoffice/", "/smartcomms/", staff.list_of("backoffice", Member)):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert "/login/" in answer.headers["Location"]


def test_both_desks_lead_to_the_employees_one_sign_in_which_says_where_to() -> None:
    assert "Sign in to the back office" in Client().get("/backoffice/", follow=True).text
    assert "Sign in to Smart Communications" in Client().get("/smartcomms/", follow=True).text


def test_without_the_right_to_members_a_receipt_has_no_name() -> None:
    staff.shop()
    address = staff.list_of("backoffice", Purchase)

    assert "Anna Morgan" in staff.signed_in("operator").get(address).text
    assert "Anna Morgan" not in staff.signed_in("analyst").get(address).text
    assert "a person" in staff.signed_in("analyst").get(address).text


def test_a_members_page_shows_only_rooms_that_open() -> None:
    anna = staff.shop()

    seen = staff.signed_in("senior marketer").get(staff.page_of("backoffice", anna)).text

    assert "Last purchases" in seen
    assert "Cards" not in seen


def test_a_desk_shows_its_own_systems_messages_and_journal_only() -> None:
    anna = staff.shop()
    client = staff.signed_in("administrator")
    staff.message("smartcomms", anna.public_id, text="From the sister")
    staff.message("loyalty", anna.public_id, text="From Loyalty")

    here = client.get("/backoffice/regulars_messages/message/").text
    there = client.get("/smartcomms/regulars_messages/message/").text

    assert ("From Loyalty" in here, "From the sister" in here) == (True, False)
    assert ("From Loyalty" in there, "From the sister" in there) == (False, True)
    assert "smartcomms.Tested" not in client.get("/backoffice/journal/entry/").text
    assert "loyalty.Tested" not in client.get("/smartcomms/journal/entry/").text
