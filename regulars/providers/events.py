"""What happens to gateways."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class GatewaySet(Event):
    """A provider's account was set up or changed; `settings` are the names of what was changed, never what it says."""

    system: ClassVar[str] = "providers"
    gateway_id: int
    channel: str
    provider: str
    is_on: bool
    is_new: bool
    settings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GatewayTurned(Event):
    """A gateway was turned on or off."""

    system: ClassVar[str] = "providers"
    gateway_id: int
    is_on: bool


@dataclass(frozen=True, slots=True)
class GatewayResumed(Event):
    """Somebody ended a gateway's pause."""

    system: ClassVar[str] = "providers"
    gateway_id: int


@dataclass(frozen=True, slots=True)
class PricesSet(Event):
    """A gateway has another price list, of so many lines."""

    system: ClassVar[str] = "providers"
    gateway_id: int
    lines: int


@dataclass(frozen=True, slots=True)
class GatewayPaused(Event):
    """A provider refused our login, rights, sender name or money; somebody must look."""

    system: ClassVar[str] = "providers"
    gateway_id: int
    code: str


@dataclass(frozen=True, slots=True)
class SendingHeld(Event):
    """All sending was held; nothing is handed over until it is released."""

    system: ClassVar[str] = "providers"
    hold_id: int


@dataclass(frozen=True, slots=True)
class SendingReleased(Event):
    """Sending goes on."""

    system: ClassVar[str] = "providers"
    hold_id: int
