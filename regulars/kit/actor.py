"""Who did it: every recorded change names an actor and the door it came through."""

from dataclasses import dataclass
from typing import Literal, Self

Kind = Literal["member", "employee", "till", "sync", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that changes the programme.

    `id` is the public id or code of who acts, `door` the entrance used (`till`, `account`, `api/pos`, …) and `ip` the
    caller's address, which is personal and goes only to the erasable part of the journal.
    """

    kind: Kind
    id: str
    door: str
    ip: str | None = None

    @classmethod
    def system(cls, door: str) -> Self:
        """The product itself, acting through a worker or a command."""
        return cls("system", "", door)

    @classmethod
    def sync(cls, sister: str, door: str) -> Self:
        """The sister system, speaking through the bridge."""
        return cls("sync", sister, door)
