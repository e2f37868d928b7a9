"""Employees are let in, changed and let out at the back office; pages say who may what, both ways."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.access import actions as access
from regulars.access import employees, permissions
from regulars.access.models import Employee, SetUpLink
from regulars.journal.models import Entry
from tests import make

pytestmark = pytest.mark.django_db
GOOD = "a lamp over the blue door"
LIST = "/backoffice/access/employee/"


def employee(login: str, *roles: str, **fields: Any) -> Employee:
    return access.add_employee(login, name=login.title(), roles=roles, password=GOOD, by=make.BY, at=make.AT, **fields)


def desk(*roles: str) -> tuple[Client, Employee]:
    """An employee at the back office."""
    mine = employee("ada", *(roles or ("administrator",)))
    client = Client()
    client.force_login(mine)
    return client, mine


def act(client: Client, row: Employee, verb: str, **typed: Any) -> Any:
    return client.post(f"{LIST}{row.pk}/{verb}/", typed)


def test_a_new_employee_gets_a_link_that_is_shown_once_and_opens() -> None:
    client, _ada = desk()

    shown = client.post(
        f"{LIST}invite/", {"login": "olga", "name": "Olga Berg", "roles": ["operator"], "partner_id": ""}
    )

    link = re.search(r'id="link"[^>]*>([^<]+)<', shown.text)
    assert link is not None
    assert "Olga Berg" in Client().get(link[1]).text
    olga = Employee.objects.get(login="olga")
    assert (olga.roles, olga.has_usable_password()) == (["operator"], False)
    assert link[1].split("/")[-2] not in client.get(f"{LIST}{olga.pk}/change/").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"login": "two words"}, "one word"),
        ({"login": "ADA"}, "already"),
        ({"login": ""}, "required"),
        ({"login": "olga", "roles": ["queen"]}, "queen"),
    ],
)
def test_what_cannot_be_is_told_and_nobody_is_added(typed: dict[str, Any], said: str) -> None:
    client, _ada = desk()

    page = client.post(f"{LIST}invite/", {"name": "", "roles": ["operator"], "partner_id": "", **typed})

    assert said in page.text
    assert Employee.objects.count() == 1


def test_roles_name_and_partner_change_and_the_journal_says_by_whom() -> None:
    client, _ada = desk()
    olga = employee("olga", "operator")
    store = make.store()

    act(client, olga, "change_roles", name="Olga B.", roles=["marketer", "designer"], partner_id=str(store.partner_id))

    olga.refresh_from_db()
    assert (olga.name, olga.roles, olga.partner_id) == ("Olga B.", ["marketer", "designer"], store.partner_id)
    told = Entry.objects.get(event="access.EmployeeChanged")
    assert (told.by_id, told.door, told.body["roles"]) == ("ada", "backoffice", ["marketer", "designer"])
    assert "Roles, partner or name changed" in client.get(f"{LIST}{olga.pk}/change/").text


def test_roles_hold_from_the_next_page_on() -> None:
    client, _ada = desk()
    olga = employee("olga", "operator")
    browser = Client()
    browser.force_login(olga)
    assert browser.get("/backoffice/loyalty_members/member/").status_code == 200

    act(client, olga, "change_roles", name="Olga", roles=["designer"], partner_id="")

    assert browser.get("/backoffice/loyalty_members/member/").status_code == 403


def test_a_closed_account_opens_nothing_and_can_be_opened_again() -> None:
    client, _ada = desk()
    olga = employee("olga", "operator")
    browser = Client()
    browser.force_login(olga)

    act(client, olga, "close")
    is_out = browser.get("/backoffice/").status_code
    act(client, olga, "reopen")

    assert is_out == 302
    assert Employee.objects.get(login="olga").is_active
    assert list(Entry.objects.filter(person_id=employees.person_of(olga)).order_by("id").values_list("event", flat=True)) == [
        "access.EmployeeAdded", "access.EmployeeClosed", "access.EmployeeReopened",
    ]  # fmt: skip


def test_nobody_closes_themselves_or_takes_their_own_administrators_role() -> None:
    client, ada = desk()
    employee("eve", "administrator")

    pages = [
        act(client, ada, "close"),
        act(client, ada, "change_roles", name="Ada", roles=["marketer"], partner_id=""),
        act(client, ada, "take_away_factors"),
        act(client, ada, "make_link"),
    ]

    assert all("their own account" in page.text for page in pages)
    ada.refresh_from_db()
    assert (ada.is_active, ada.roles) == (True, ["administrator"])


def test_an_employee_of_a_partner_decides_about_that_partner_only() -> None:
    store, other = make.store(), make.partner("other")
    client, ada = desk()
    Employee.objects.filter(pk=ada.pk).update(partner_id=store.partner_id)
    olga, max_ = (
        employee("olga", "operator", partner_id=store.partner_id),
        employee("max", "operator", partner_id=other.pk),
    )

    own = act(client, olga, "change_roles", name="Olga", roles=["designer"], partner_id=str(store.partner_id))
    foreign = act(client, max_, "close")
    given = client.post(
        f"{LIST}invite/", {"login": "tom", "name": "", "roles": ["operator"], "partner_id": str(other.pk)}
    )

    assert own.status_code == 302
    assert foreign.status_code == 404
    assert not Employee.objects.filter(login="tom").exists()
    assert "Select a valid choice" in given.text
    assert Employee.objects.get(login="max").is_active


def test_a_new_link_replaces_the_earlier_one() -> None:
    client, _ada = desk()
    olga = employee("olga", "operator")

    first, second = (
        re.search(r'id="link"[^>]*>([^<]+)<', act(client, olga, "make_link").text)[1]  # type: ignore[index]
        for _each in range(2)
    )

    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    assert SetUpLink.objects.filter(employee=olga).count() == 2


@pytest.mark.parametrize(
    "role", [role for role in permissions.ROLES if not permissions.allows([role], "access.change")]
)
def test_only_who_may_change_employees_does(role: str) -> None:
    client, _ada = desk(role)
    olga = employee("olga", "operator")

    answers = [act(client, olga, name) for name in ("close", "make_link", "take_away_factors", "change_roles")]
    answers.append(client.post(f"{LIST}invite/", {"login": "tom"}))

    assert {answer.status_code for answer in answers} == {403}
    assert Employee.objects.get(login="olga").is_active


def test_an_employees_page_says_of_every_permission_whether_and_why() -> None:
    client, _ada = desk()
    olga = employee("olga", "operator", "auditor")

    page = client.get(f"{LIST}{olga.pk}/change/").text

    allowed = [each for each in permissions.PERMISSIONS if olga.has_perm(each)]
    assert f"May do {len(allowed)} of {len(permissions.PERMISSIONS)} things" in page
    assert all(words.capitalize() in page.replace("&#x27;", "'") for words in permissions.PERMISSIONS.values())
    assert "Denied by auditor" in page, "deny beats allow, and the page says so"


def test_the_other_page_names_all_who_may_one_thing_and_nobody_else() -> None:
    client, ada = desk()
    people = [ada, *(employee(f"who-{place}", role) for place, role in enumerate(permissions.ROLES))]
    Employee.objects.filter(pk=employee("gone", *permissions.ROLES).pk).update(is_active=False)

    for permission in permissions.PERMISSIONS:
        page = client.get(reverse("admin:access_employee_who_may_what"), {"may": permission}).text
        named = set(re.findall(r"<td>(who-\d+|ada|gone)</td>", page))
        assert named == {each.login for each in people if each.has_perm(permission)}, permission


def test_the_whole_table_stands_below() -> None:
    client, _ada = desk()

    page = client.get(reverse("admin:access_employee_who_may_what")).text

    cells = re.findall(r"<td>(?:<span[^>]*>)?(Yes|Never|–)", page)
    said = [
        "Never"
        if permission in permissions.DENIED.get(role, ())
        else "Yes"
        if permissions.allows([role], permission)
        else "–"
        for permission in permissions.PERMISSIONS
        for role in permissions.ROLES
    ]
    assert cells == said
