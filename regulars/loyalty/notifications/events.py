"""What happens to the rules of notifications."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class RuleSet(Event):
    """A rule was made or changed: which event sends what over which channel."""

    system: ClassVar[str] = "loyalty"
    event: str
    channel: str
    mailing_type: str
    is_on: bool
