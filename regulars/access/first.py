"""The first administrator: made by the first visit or by variables, once; there is no default password."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.db import transaction

from regulars.access import actions, credentials
from regulars.access.credentials import CredentialsNotPossible
from regulars.access.models import Employee
from regulars.kit import sql
from regulars.kit.actor import Actor

LOGIN, PASSWORD, PASSWORD_FILE = "REGULARS_ADMIN_LOGIN", "REGULARS_ADMIN_PASSWORD", "REGULARS_ADMIN_PASSWORD_FILE"
_ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtext('regulars.access.first'))"


def is_needed() -> bool:
    """Whether nobody works here yet, so that somebody must be let in for the first time."""
    return not Employee.objects.exists()


def check(login: str, password: str) -> None:
    """Raise `CredentialsNotPossible` when the login is not one word, or the password is easy to guess."""
    credentials.check_login(login)
    credentials.check_password(password, login=login)


@transaction.atomic
def add_first_administrator(login: str, *, password: str, by: Actor, at: datetime) -> Employee | None:
    """Add the first employee, an administrator; answers None, and changes nothing, when somebody works here already.

    Two at once wait for each other, so there is one. Raises `CredentialsNotPossible`.
    """
    sql.fetch(dict, _ONE_AT_A_TIME)
    if not is_needed():
        return None
    check(login, password)
    return actions.add_employee(login, name="", roles=["administrator"], password=password, by=by, at=at)


def add_from_variables(variables: Mapping[str, str], *, by: Actor, at: datetime) -> Employee | None:
    """Add the first administrator that the environment names; None when it names nobody or somebody works here already.

    `REGULARS_ADMIN_LOGIN` with `REGULARS_ADMIN_PASSWORD`, or with `REGULARS_ADMIN_PASSWORD_FILE`, whose text is read
    without the end of its line. Raises `CredentialsNotPossible`.
    """
    if not variables.get(LOGIN) or not is_needed():
        return None
    password = variables.get(PASSWORD, "")
    if path := variables.get(PASSWORD_FILE):
        try:
            password = Path(path).read_text().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise CredentialsNotPossible(f"{PASSWORD_FILE} names a file that cannot be read: {path}") from error
    if not password:
        raise CredentialsNotPossible(f"{LOGIN} needs {PASSWORD} or {PASSWORD_FILE} beside it.", field="password")
    return add_first_administrator(variables[LOGIN], password=password, by=by, at=at)
