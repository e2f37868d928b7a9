"""What happens to customers."""

from dataclasses import dataclass
from typing import ClassVar

from regulars.kit.events import Event


@dataclass(frozen=True, slots=True)
class CustomersReceived(Event):
    """A batch of profiles came over the bridge; how many were new and how many changed."""

    system: ClassVar[str] = "smartcomms"
    added: int
    changed: int


@dataclass(frozen=True, slots=True)
class CustomerErased(Event):
    """A customer left the programme and everything personal was erased here."""

    system: ClassVar[str] = "smartcomms"
    messages_emptied: int
