"""Who may do what, both ways: what one employee may, and who may one thing; and what happened to an employee's account."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from regulars.access import employees, factors, permissions
from regulars.access.models import Employee, SetUpLink
from regulars.journal import queries as journal
from regulars.web.backoffice import columns
from regulars.web.backoffice.faces import Table
from regulars.web.shell import figures

HAPPENED = {
    "access.EmployeeAdded": "Account added",
    "access.EmployeeChanged": "Roles, partner or name changed",
    "access.EmployeeClosed": "Account closed",
    "access.EmployeeReopened": "Account opened again",
    "access.EmployeeSignedIn": "Signed in",
    "access.PasswordChanged": "Password changed",
    "access.SecondFactorAdded": "Second factor set up",
    "access.SecondFactorRemoved": "Second factor removed",
    "access.SecondFactorsWithdrawn": "Second factors taken away",
    "access.SessionsEnded": "Signed out of browsers",
    "access.SetUpLinkMade": "Set-up link made",
    "access.SetUpLinkUsed": "Password chosen by a set-up link",
}
ACTS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Right:
    """A permission in words, and whether somebody has it: by which roles, and by which it is denied."""

    permission: str
    words: str
    is_allowed: bool
    because: str


@dataclass(frozen=True, slots=True)
class Line:
    """A permission in words, with one cell per role: what it says, and whether it allows."""

    permission: str
    words: str
    cells: Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who may do one thing, and why."""

    employee: Employee
    url: str
    because: str


def rights_of(roles: Sequence[str]) -> list[Right]:
    """Every permission there is, and whether these roles give it."""
    return [_right(permission, roles) for permission in permissions.PERMISSIONS]


def _right(permission: str, roles: Sequence[str]) -> Right:
    denying = [role for role in roles if permission in permissions.DENIED.get(role, ())]
    giving = permissions.granting(roles, permission)
    because = f"denied by {', '.join(denying)}" if denying else ", ".join(giving)
    return Right(permission, permissions.PERMISSIONS[permission], permissions.allows(roles, permission), because)


def may_table(employee: Employee) -> Table:
    """What an employee may do, each thing with yes or no."""
    rights = rights_of(employee.roles)
    allowed = sum(right.is_allowed for right in rights)
    closed = "" if employee.is_active else ", once the account is open again"
    rows = [
        [columns.sentence_case(right.words), columns.dotted("Yes", "leaf") if right.is_allowed else columns.dotted("No", ""),
         right.because.capitalize()]
        for right in sorted(rights, key=lambda right: not right.is_allowed)
    ]  # fmt: skip
    return Table(f"May do {allowed} of {len(rights)} things{closed}", ["What", "May", "Because of"], rows, "Nothing.")


def sign_in_tables(employee: Employee, links: Iterable[SetUpLink]) -> Iterator[Table]:
    """With what an employee signs in, and which set-up links there are."""
    rows = [
        [factor.name, figures.moment(factor.created_at), figures.moment(factor.last_used_at) if factor.last_used_at else "Never"]
        for factor in factors.list_factors(employee.pk)
    ]  # fmt: skip
    nothing = "Nothing yet: the first page that they open asks for it."
    yield Table("Signs in with, beside the password", ["What", "Set up", "Last used"], rows, nothing)
    lines = [[figures.moment(link.created_at), figures.moment(link.expires_at), _said_of(link)] for link in links]
    if lines:
        yield Table("Set-up links", ["Made", "Good until", "State"], lines, "")


def _said_of(link: SetUpLink) -> str:
    if link.used_at:
        return f"Used {figures.moment(link.used_at)}"
    return "Replaced" if link.revoked_at else "Waits"


def acts_table(employee: Employee) -> Table:
    """What happened to an employee's account, newest first."""
    entries = journal.list_entries(employees.person_of(employee))[:ACTS_SHOWN]
    rows = [
        [
            figures.moment(entry.recorded_at),
            HAPPENED.get(entry.event, entry.event),
            _detail(entry.body),
            entry.by_id or "the product",
        ]
        for entry in entries
    ]
    return Table("What happened", ["When", "What", "How", "By"], rows, "Nothing is written down.", room="journal")


def _detail(body: dict[str, object]) -> str:
    said = [body.get("kind"), body.get("second_factor"), *_listed(body.get("kinds")), *_listed(body.get("roles"))]
    words = [factors.IN_WORDS.get(str(each), str(each)) for each in said if each]
    return ", ".join(words).lower() or columns.NOTHING


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def matrix() -> list[Line]:
    """Every permission, each with what every role says to it."""
    return [
        Line(permission, words, [_cell(role, permission) for role in permissions.ROLES])
        for permission, words in permissions.PERMISSIONS.items()
    ]


def _cell(role: str, permission: str) -> tuple[str, bool]:
    if permission in permissions.DENIED.get(role, ()):
        return "Never", False
    return ("Yes", True) if permissions.allows([role], permission) else (columns.NOTHING, False)


def holders(people: Iterable[Employee], permission: str) -> list[Employee]:
    """Those of these people who may do one thing, now."""
    return [employee for employee in people if employee.has_perm(permission)]
