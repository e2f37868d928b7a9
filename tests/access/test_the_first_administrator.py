"""Somebody must be let in first: by the first visit or by variables, once, and never by a default password."""

from pathlib import Path

import pytest

from regulars.access import first
from regulars.access.models import Employee
from regulars.kit.actor import Actor
from tests import make

pytestmark = pytest.mark.django_db
BY = Actor.system("up")
GOOD = "a lamp over the blue door"


def test_the_first_employee_is_an_administrator() -> None:
    employee = first.add_first_administrator("ada", password=GOOD, by=BY, at=make.AT)

    assert employee is not None
    assert employee.roles == ["administrator"]
    assert Employee.objects.get().check_password(GOOD)
    assert not first.is_needed()


def test_a_second_one_is_not_made() -> None:
    first.add_first_administrator("ada", password=GOOD, by=BY, at=make.AT)

    assert first.add_first_administrator("eve", password=GOOD, by=BY, at=make.AT) is None
    assert [each.login for each in Employee.objects.all()] == ["ada"]


@pytest.mark.parametrize("password", ["", "short", "password1234", "123456789012345", "adalovelace1"])
def test_a_password_that_is_easy_to_guess_is_refused(password: str) -> None:
    with pytest.raises(first.CredentialsNotPossible) as refused:
        first.add_first_administrator("adalovelace", password=password, by=BY, at=make.AT)

    assert refused.value.field == "password"
    assert first.is_needed()


@pytest.mark.parametrize("login", ["", " ", "two words", "x" * 61, "a\x00b"])
def test_a_login_is_one_word(login: str) -> None:
    with pytest.raises(first.CredentialsNotPossible) as refused:
        first.check(login, GOOD)

    assert refused.value.field == "login"


def test_variables_make_the_administrator_at_every_start_but_only_once() -> None:
    variables = {"REGULARS_ADMIN_LOGIN": "ada", "REGULARS_ADMIN_PASSWORD": GOOD}

    first.add_from_variables(variables, by=BY, at=make.AT)
    first.add_from_variables(variables, by=BY, at=make.AT)

    assert Employee.objects.get().check_password(GOOD)


def test_the_password_may_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(GOOD + "\n")
    variables = {"REGULARS_ADMIN_LOGIN": "ada", "REGULARS_ADMIN_PASSWORD_FILE": str(secret)}

    first.add_from_variables(variables, by=BY, at=make.AT)

    assert Employee.objects.get().check_password(GOOD)


@pytest.mark.parametrize("more", [{}, {"REGULARS_ADMIN_PASSWORD": ""}, {"REGULARS_ADMIN_PASSWORD_FILE": "/nowhere"}])
def test_a_login_without_a_password_is_refused_in_words(more: dict[str, str]) -> None:
    with pytest.raises(first.CredentialsNotPossible):
        first.add_from_variables({"REGULARS_ADMIN_LOGIN": "ada", **more}, by=BY, at=make.AT)

    assert first.is_needed()


def test_without_variables_nobody_is_made() -> None:
    assert first.add_from_variables({}, by=BY, at=make.AT) is None
    assert first.is_needed()
