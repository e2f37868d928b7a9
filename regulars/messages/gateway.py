"""What a gateway must do: the words between the sender and every provider's plug."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What became of one part that was handed over; each word is an order to the queue."""

    ACCEPTED = "accepted"
    """The provider has it; its id is kept for the receipt."""
    FAILED = "failed"
    """Refused for good because of the message; the address is not to blame."""
    RETIRE = "retire"
    """Refused for good because of the address, which is dead on this channel."""
    LATER = "later"
    """Refused now; the same message may pass later. An attempt is counted."""
    SLOW = "slow"
    """Refused because we are too fast: lower the rate, put the message back. No attempt is counted."""
    UNKNOWN = "unknown"
    """The bytes left and no answer came: only a receipt can tell. Never send again without a rule that allows it."""
    UNSENT = "unsent"
    """Nothing left the house; the message may go back to the queue without any risk."""
    CREDENTIALS = "credentials"
    """Refused because of our login, rights, sender name or money: stop this gateway, alarm, keep the messages."""


class ReceiptState(StrEnum):
    """What a provider reports afterwards. `unknown` is final too: the provider gave up finding out."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class HandOver:
    """One message to one address, already rendered.

    `references` has one of our own numbers for each part of the text (the delivery ids). Where the provider has a field
    for it the gateway sends it along; SMPP has 16 bits, so there it is the number modulo 65536. The first one also
    joins the parts on the phone: keep the numbers when a message is tried again. `parts` names the parts to hand over,
    from 1; empty means all. `lifetime_s` is how long the provider may try, in seconds. An email has a `subject_line`,
    perhaps `html` beside its plain `text`, and the address at which one click unsubscribes, if it can be refused.
    """

    message_id: int
    attempt: int
    address: str
    sender: str
    text: str
    references: tuple[int, ...]
    lifetime_s: int | None = None
    parts: tuple[int, ...] = ()
    subject_line: str = ""
    html: str = ""
    unsubscribe_url: str = ""


@dataclass(frozen=True, slots=True)
class PartResult:
    """What became of one part, counted from 1. `code` is the provider's own word, or ours where nobody answered."""

    part: int
    outcome: Outcome
    provider_id: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the provider says about a part it has taken: at least once, in any order, perhaps before its own answer.

    Find the delivery by `provider_id`; `reference` is our number as far as the provider echoes it (SMPP: modulo 65536)
    and is a hint only. `dead_address` says that the address should be retired.
    """

    provider_id: str
    reference: int | None
    state: ReceiptState
    code: str = ""
    at: datetime | None = None
    address: str = ""
    dead_address: bool = False


type OnReceipt = Callable[[Receipt], Awaitable[bool]]
"""Records a receipt. True: it is safe with us. False or an exception: the provider is asked to say it again."""


class GatewayDown(Exception):
    """The gateway cannot be opened. With `credentials` somebody must correct its settings, else try again later."""

    def __init__(self, reason: str, *, credentials: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.credentials = credentials


class Gateway(Protocol):
    """One way out of the house. It is built with an `OnReceipt` and lives in one event loop."""

    channel: str
    window: int
    """How many hand-overs may wait for their answers at once: start as many `send` calls, more only queue up."""
    timeout_s: float
    """The longest wait for the answer to one part. A lease must outlast it times the number of parts."""

    @property
    def is_open(self) -> bool:
        """Whether a hand-over would leave the house now. A lost link is rebuilt by the gateway itself."""
        ...

    async def open(self) -> None:
        """Connect and sign in. Raises GatewayDown; may be called again after that."""
        ...

    async def send(self, hand_over: HandOver) -> list[PartResult]:
        """Hand over the parts in order, and say what became of each.

        Stops at the first part that is not accepted; the parts after it are `unsent`. Never raises for what a
        provider answers or fails to answer.
        """
        ...

    async def close(self) -> None:
        """Wait for the answers still due, sign out, disconnect. Hand-overs from now on are `unsent`."""
        ...
