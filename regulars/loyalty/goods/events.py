"""What happens to goods."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class GroupsChanged(Event):
    """Product groups were added, renamed or moved."""

    system: ClassVar[str] = "loyalty"
    added: int
    changed: int


@dataclass(frozen=True, slots=True)
class ProductsChanged(Event):
    """Products were added or changed."""

    system: ClassVar[str] = "loyalty"
    added: int
    changed: int
