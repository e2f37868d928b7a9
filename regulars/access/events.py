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
    """A till was given a key."""

    system: ClassVar[str] = "access"
    till_id: int
    key_id: int


@dataclass(frozen=True, slots=True)
class TillKeyRevoked(Event):
    """A till's key was taken away."""

    system: ClassVar[str] = "access"
    till_id: int
    key_id: int
