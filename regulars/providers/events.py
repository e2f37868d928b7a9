"""What happens to gateways."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class GatewayPaused(Event):
    """A provider refused our login, rights, sender name or money; somebody must look."""

    system: ClassVar[str] = "providers"
    gateway_id: int
    code: str
