"""Whom the contact centre opens for: operators and administrators, nobody else, and nobody without a sign-in."""

import pytest
from django.test import Client

from regulars.access import permissions
from regulars.access.models import Employee
from regulars.journal.models import Entry
from regulars.loyalty.cards.models import Card
from tests import cast, make
from tests.web.contact_centre import desk

pytestmark = pytest.mark.django_db
OPEN_FOR = {"administrator", "operator", "senior operator"}
PAGES = ["", "subscriptions/", "cards/{card}/block", "cards/{card}/unblock"]


def addresses(anna: cast.Role) -> list[str]:
    pages = [desk.page_of(anna, page.format(card=anna.card.pk)) for page in PAGES]
    return [desk.HOME, f"{desk.HOME}acts", f"{desk.HOME}call", f"{desk.HOME}register", *pages]


@pytest.mark.parametrize("role", list(permissions.ROLES))
def test_each_role_comes_in_or_not_and_who_does_not_leaves_no_trace(role: str) -> None:
    anna = desk.anna()
    employee = desk.signed_in(role)

    answers = {address: employee.get(address).status_code for address in addresses(anna)}

    assert set(answers.values()) == ({200} if role in OPEN_FOR else {403})
    assert Entry.objects.filter(event="loyalty.ProfileOpened").exists() is (role in OPEN_FOR)


@pytest.mark.parametrize("role", ["auditor", "marketer", "senior marketer", "designer", "analyst"])
def test_who_may_not_changes_nothing_by_posting(role: str) -> None:
    anna = desk.anna()
    employee = desk.signed_in(role)

    blocking = employee.post(desk.page_of(anna, f"cards/{anna.card.pk}/block"), {"reason": "lost"})
    contacts = employee.post(desk.page_of(anna, "contacts"))
    saving = employee.post(desk.page_of(anna, "subscriptions/"), {"act": "save", "seen": "0"})

    assert {blocking.status_code, contacts.status_code, saving.status_code} == {403}
    assert Card.objects.get(pk=anna.card.pk).state == "active"
    assert cast.ANNA.phone not in contacts.content.decode()


def test_an_auditor_who_is_also_an_operator_blocks_no_card() -> None:
    anna = desk.anna()
    both = desk.signed_in("operator", "auditor")

    assert both.get(desk.page_of(anna)).status_code == 200
    assert both.get(desk.page_of(anna, f"cards/{anna.card.pk}/block")).status_code == 403
    assert "Block" not in str(both.get(f"{desk.HOME}acts", {"member": anna.member.public_id}).context["acts"])


def test_a_stranger_is_led_to_the_sign_in_and_comes_back() -> None:
    anna = desk.anna()
    stranger = Client()

    for address in addresses(anna):
        answer = stranger.get(address)
        assert answer.status_code == 302
        assert f"next={address}" in answer.headers["Location"]
    assert stranger.get(desk.HOME, headers={"HX-Request": "true"}).headers["HX-Redirect"]


def test_a_closed_account_is_out_at_once() -> None:
    make.programme()
    operator = desk.signed_in("operator", login="olga")
    Employee.objects.filter(login="olga").update(is_active=False)

    assert operator.get(desk.HOME).status_code == 302
