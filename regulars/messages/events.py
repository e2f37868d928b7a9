"""What happens to gateways and addresses; what happens to a message is written in its own row."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class GatewayPaused(Event):
    """A provider refused our login, rights, sender name or money; somebody must look."""

    system: ClassVar[str] = "messages"
    gateway_id: int
    code: str


@dataclass(frozen=True, slots=True)
class AddressSuppressed(Event):
    """A provider called a person's address dead; nothing is sent there any more."""

    system: ClassVar[str] = "messages"
    channel: str
    message_id: int
    code: str
