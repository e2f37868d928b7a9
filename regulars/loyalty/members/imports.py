"""What an import of members gives back, row by row."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member that the import made."""

    member_id: int
    public_id: str
    external_number: str


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken: its place in what was given (from 0), what is wrong, and where."""

    place: int
    code: str
    field: str
    message: str


@dataclass(slots=True)
class Imported:
    """New members in the order given, how many were there already, and what was refused."""

    added: list[NewMember] = field(default_factory=list)
    already: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
