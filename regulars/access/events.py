"""What happens to employees and keys."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class EmployeeAdded(Event):
    """Somebody was given a sign-in and roles."""

    system: ClassVar[str] = "access"
    employee_id: int
    roles: list[str]


@dataclass(frozen=True, slots=True)
class TillKeyIssued(Event):
    """A till was given a key; `kind` says how far what it does with it may reach."""

    system: ClassVar[str] = "access"
    till_id: int
    key_id: int
    kind: str = "live"


@dataclass(frozen=True, slots=True)
class TillKeyRevoked(Event):
    """A till's key was taken away."""

    system: ClassVar[str] = "access"
    till_id: int
    key_id: int


@dataclass(frozen=True, slots=True)
class ListExported(Event):
    """Somebody took a list out of a back office as a file; what was searched for is not written down."""

    system: ClassVar[str] = "access"
    list: str
    room: str
    filters: dict[str, str]
    rows: int


@dataclass(frozen=True, slots=True)
class TeamContactAdded(Event):
    """An address was added that keys of the team reach."""

    system: ClassVar[str] = "access"
    contact_id: int


@dataclass(frozen=True, slots=True)
class TeamContactRemoved(Event):
    """Keys of the team do not reach an address any more."""

    system: ClassVar[str] = "access"
    contact_id: int


@dataclass(frozen=True, slots=True)
class EmployeeChanged(Event):
    """An employee has other roles, another partner or another name; what the name was and is does not stand here."""

    system: ClassVar[str] = "access"
    employee_id: int
    roles: list[str]
    partner_id: int | None
    is_renamed: bool


@dataclass(frozen=True, slots=True)
class EmployeeClosed(Event):
    """An employee's account was closed."""

    system: ClassVar[str] = "access"
    employee_id: int


@dataclass(frozen=True, slots=True)
class EmployeeReopened(Event):
    """A closed account was opened again."""

    system: ClassVar[str] = "access"
    employee_id: int


@dataclass(frozen=True, slots=True)
class SetUpLinkMade(Event):
    """An employee was given a link with which they choose a password."""

    system: ClassVar[str] = "access"
    employee_id: int
    link_id: int


@dataclass(frozen=True, slots=True)
class SetUpLinkUsed(Event):
    """An employee chose a password by their set-up link."""

    system: ClassVar[str] = "access"
    employee_id: int
    link_id: int


@dataclass(frozen=True, slots=True)
class EmployeeSignedIn(Event):
    """An employee signed in; `second_factor` is what they had beside the password, empty for nothing."""

    system: ClassVar[str] = "access"
    employee_id: int
    second_factor: str


@dataclass(frozen=True, slots=True)
class PasswordChanged(Event):
    """An employee changed their password."""

    system: ClassVar[str] = "access"
    employee_id: int


@dataclass(frozen=True, slots=True)
class SecondFactorAdded(Event):
    """An employee set up something to sign in with beside the password."""

    system: ClassVar[str] = "access"
    employee_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class SecondFactorRemoved(Event):
    """An employee removed something that they signed in with beside the password."""

    system: ClassVar[str] = "access"
    employee_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class SecondFactorsWithdrawn(Event):
    """Everything that an employee signs in with beside the password was taken away by somebody else."""

    system: ClassVar[str] = "access"
    employee_id: int
    kinds: list[str]


@dataclass(frozen=True, slots=True)
class SessionsEnded(Event):
    """An employee was signed out of browsers."""

    system: ClassVar[str] = "access"
    employee_id: int
    count: int
