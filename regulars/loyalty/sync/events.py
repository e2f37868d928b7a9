"""What happens at Loyalty's half of the bridge."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class MailingsSwitched(Event):
    """Mailings × a channel that both systems know was switched here for one member; this crosses the bridge."""

    system: ClassVar[str] = "loyalty"
    channel: str
    is_on: bool
    version_at: datetime
    origin: str
    cause: str
