"""Employees are added, changed, closed and let in again; nobody locks themselves out, and somebody can always let people in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from regulars.access import actions as access
from regulars.access import employees, factors
from regulars.access.actions import LoginTaken, RoleUnknown
from regulars.access.credentials import CredentialsNotPossible
from regulars.access.models import Employee, SetUpLink
from regulars.journal.models import Entry
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict
from tests import make

pytestmark = pytest.mark.django_db
GOOD = "a lamp over the blue door"
BY_ADA = Actor("employee", "ada", "backoffice")


def employee(login: str, *roles: str, password: str | None = GOOD, **fields: Any) -> Employee:
    return access.add_employee(login, name="", roles=roles, password=password, by=make.BY, at=make.AT, **fields)


def change(row: Employee, *roles: str, by: Actor = make.BY, **fields: Any) -> bool:
    said = {"name": row.name, "partner_id": row.partner_id, **fields}
    return employees.change_employee(row, roles=roles, by=by, at=make.AT, **said)


def told(event: str) -> list[dict[str, Any]]:
    return list(Entry.objects.filter(event=f"access.{event}").order_by("id").values_list("body", flat=True))


def test_two_employees_never_share_a_login() -> None:
    employee("ada", "administrator")

    with pytest.raises(LoginTaken):
        employee("Ada", "operator")


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"login": "two words"}, CredentialsNotPossible),
        ({"name": "x" * 121}, CredentialsNotPossible),
        ({"name": "a\x00b"}, CredentialsNotPossible),
        ({"roles": ["queen"]}, RoleUnknown),
    ],
)
def test_who_cannot_be_is_not_invited(typed: dict[str, Any], refusal: type[Exception]) -> None:
    said: dict[str, Any] = {"login": "olga", "name": "Olga", "roles": ["operator"], **typed}

    with pytest.raises(refusal):
        employees.invite(said.pop("login"), **said, by=make.BY, at=make.AT)

    assert not Employee.objects.exists()


def test_a_change_is_said_once() -> None:
    olga = employee("olga", "operator")

    assert change(olga, "marketer", name="Olga") is True
    assert change(Employee.objects.get(), "marketer", name="Olga") is False

    assert told("EmployeeChanged") == [
        {"employee_id": olga.pk, "roles": ["marketer"], "partner_id": None, "is_renamed": True}
    ]


def test_closing_twice_is_the_same_as_once() -> None:
    olga = employee("olga", "operator")

    answers = [employees.close_employee(olga, by=make.BY, at=make.AT) for _each in range(2)]
    answers += [employees.reopen_employee(olga, by=make.BY, at=make.AT) for _each in range(2)]

    assert answers == [True, False, True, False]
    assert (len(told("EmployeeClosed")), len(told("EmployeeReopened"))) == (1, 1)


def test_nobody_does_it_to_themselves() -> None:
    ada = employee("ada", "administrator")
    employee("eve", "administrator")
    Authenticator.objects.create(user=ada, type="totp", data={"secret": "x"})

    for act in (
        lambda: employees.close_employee(ada, by=BY_ADA, at=make.AT),
        lambda: employees.withdraw_second_factors(ada, by=BY_ADA, at=make.AT),
        lambda: employees.make_set_up_link(ada, by=BY_ADA, at=make.AT),
        lambda: change(ada, "marketer", by=BY_ADA),
        lambda: change(ada, "administrator", by=BY_ADA, partner_id=make.store().partner_id),
    ):
        with pytest.raises(employees.NotOnOneself):
            act()

    assert change(ada, "administrator", "marketer", by=BY_ADA) is True


def test_the_last_administrator_of_all_partners_stays() -> None:
    ada = employee("ada", "administrator")
    employee("eve", "administrator", password=None)
    employee("tom", "administrator", partner_id=make.store().partner_id)
    Employee.objects.filter(pk=employee("gone", "administrator").pk).update(is_active=False)

    for act in (
        lambda: employees.close_employee(ada, by=make.BY, at=make.AT),
        lambda: change(ada, "marketer"),
        lambda: change(ada, "administrator", partner_id=make.store().partner_id),
    ):
        with pytest.raises(employees.LastAdministrator):
            act()

    ada.refresh_from_db()
    assert (ada.is_active, ada.roles, ada.partner_id) == (True, ["administrator"], None)
    assert not told("EmployeeClosed")


def test_an_employee_of_a_partner_decides_about_that_partner_only() -> None:
    store, other = make.store(), make.partner("other")
    employee("ada", "administrator", partner_id=store.partner_id)
    olga = employee("olga", "operator", partner_id=store.partner_id)
    strangers = [employee("max", "operator", partner_id=other.pk), employee("eve", "administrator")]

    for row in strangers:
        for verb in (
            employees.close_employee, employees.reopen_employee, employees.withdraw_second_factors, employees.make_set_up_link,
        ):  # fmt: skip
            with pytest.raises(employees.NotYourPartner):
                verb(row, by=BY_ADA, at=make.AT)
    for partner_id in (None, other.pk):
        with pytest.raises(employees.NotYourPartner):
            change(olga, "operator", by=BY_ADA, partner_id=partner_id)
        with pytest.raises(employees.NotYourPartner):
            employees.invite("tom", name="", roles=[], partner_id=partner_id, by=BY_ADA, at=make.AT)

    assert employees.close_employee(olga, by=BY_ADA, at=make.AT) is True


def test_a_closed_account_gets_no_link() -> None:
    olga = employee("olga", "operator")
    employees.close_employee(olga, by=make.BY, at=make.AT)

    with pytest.raises(Conflict):
        employees.make_set_up_link(olga, by=make.BY, at=make.AT)


def test_taking_factors_away_leaves_nothing_and_is_said_once() -> None:
    olga = employee("olga", "operator")
    for kind in ("totp", "recovery_codes"):
        Authenticator.objects.create(user=olga, type=kind, data={})

    answers = [employees.withdraw_second_factors(olga, by=make.BY, at=make.AT) for _each in range(2)]

    assert answers == [True, False]
    assert factors.list_factors(olga.pk) == []
    assert told("SecondFactorsWithdrawn") == [{"employee_id": olga.pk, "kinds": ["recovery_codes", "totp"]}]


def test_an_apps_code_is_taken_once_for_each() -> None:
    olga, max_ = employee("olga"), employee("max")

    assert [employees.take_code(olga, code) for code in ("123 456", "123456", "654321")] == [True, False, True]
    assert employees.take_code(max_, "123456")
    assert employees.is_code_taken(olga, "123-456")


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_close_each_other_at_once_leave_one() -> None:
    ada, eve = employee("ada", "administrator"), employee("eve", "administrator")

    answers = _at_once(
        [
            lambda: employees.close_employee(eve, by=BY_ADA, at=make.AT),
            lambda: employees.close_employee(ada, by=Actor("employee", "eve", "backoffice"), at=make.AT),
        ]
    )

    assert Employee.objects.filter(is_active=True).count() == 1
    assert [type(answer) for answer in answers if answer is not True] == [employees.LastAdministrator]


@pytest.mark.django_db(transaction=True)
def test_a_link_that_is_used_by_many_at_once_sets_one_password() -> None:
    olga, token = employees.invite("olga", name="", roles=["operator"], by=make.BY, at=make.AT)

    answers = _at_once(
        [
            lambda place=place: employees.set_up(  # type: ignore[misc]
                token, password=f"{GOOD} number {place}", by=make.BY, at=make.AT
            )
            for place in range(6)
        ]
    )

    chosen = [place for place, answer in enumerate(answers) if isinstance(answer, Employee)]
    olga.refresh_from_db()
    assert len(chosen) == 1
    assert olga.check_password(f"{GOOD} number {chosen[0]}")
    assert {type(answer) for answer in answers} == {Employee, employees.LinkNotGood}


@pytest.mark.django_db(transaction=True)
def test_a_code_that_comes_many_times_at_once_is_taken_once() -> None:
    olga = employee("olga")

    answers = _at_once([lambda: employees.take_code(olga, "123456")] * 8)

    assert sorted(answers) == [False] * 7 + [True]


@pytest.mark.django_db(transaction=True)
def test_links_made_at_once_leave_one_that_opens() -> None:
    olga = employee("olga", "operator")

    answers = _at_once([lambda: employees.make_set_up_link(olga, by=make.BY, at=make.AT)] * 5)

    good = [token for token in answers if employees.find_invited(token, at=make.AT)]
    assert (len(set(answers)), len(good)) == (5, 1)
    assert SetUpLink.objects.filter(used_at=None, revoked_at=None).count() == 1


def _at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
