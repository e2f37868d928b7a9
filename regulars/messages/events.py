"""What happens to addresses; what happens to a message is written in its own row."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class AddressSuppressed(Event):
    """A provider called a person's address dead; nothing is sent there any more."""

    system: ClassVar[str] = "messages"
    channel: str
    message_id: int
    code: str
