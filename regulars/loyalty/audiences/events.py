"""What happens to audiences."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class AudienceSaved(Event):
    """Somebody saved a new audience, maybe as a copy of another."""

    system: ClassVar[str] = "loyalty"
    audience_id: int
    copied_from: int | None = None


@dataclass(frozen=True, slots=True)
class AudienceChanged(Event):
    """An audience got another name or filter."""

    system: ClassVar[str] = "loyalty"
    audience_id: int
    version: int


@dataclass(frozen=True, slots=True)
class AudienceArchived(Event):
    """An audience was put away; nothing new can use it."""

    system: ClassVar[str] = "loyalty"
    audience_id: int
