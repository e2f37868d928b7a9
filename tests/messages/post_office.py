"""A system of its own with an open gate, one gateway, and short words for the life of a message."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from regulars.journal import reactions
from regulars.kit.actor import Actor
from regulars.kit.clock import now
from regulars.messages import actions, gate
from regulars.messages.events import AddressSuppressed
from regulars.messages.gateway import HandOver, Outcome, PartResult
from regulars.messages.intents import Claimed, Result
from regulars.messages.models import Message
from regulars.providers import actions as providers
from regulars.providers.events import GatewayPaused

SYSTEM = "shop"
BY = Actor.system("tests")
WORKER = "sender-1"
reactions.register("tests", {AddressSuppressed: [], GatewayPaused: []})


@contextmanager
def open_gate(refused: dict[str, str] | None = None) -> Iterator[dict[str, str]]:
    """Let everybody pass but the people named with a reason."""
    reasons: dict[str, str] = {} if refused is None else refused

    def refusals(candidates: Sequence[gate.Candidate], at: datetime) -> dict[int, str]:
        return {one.message_id: reasons[one.person_id] for one in candidates if one.person_id in reasons}

    gate.register(SYSTEM, refusals)
    try:
        yield reasons
    finally:
        gate.unregister(SYSTEM)


def add_gateway(name: str = "smsc", **more: Any) -> int:
    said = {"channel": "sms", "provider": "smpp", "settings": {}, "by": BY, "at": now(), **more}
    return providers.set_gateway(name, **said)


def queue(person: str = "mem_1", **wishes: Any) -> Message:
    """Queue a message, ready now, and read it back."""
    fields: dict[str, Any] = {
        "system": SYSTEM,
        "person_id": person,
        "channel": "sms",
        "message_class": "marketing",
        "subject": "mailings",
        "origin": "run:1",
        "template": "hello",
        "address": "+79990000010",
        "sender": "Regulars",
        "text": "Hello",
        "lifetime": timedelta(hours=1),
        "at": now() - timedelta(minutes=5),
    }
    message_id = actions.queue(**{**fields, **wishes}, by=BY)
    return Message.objects.get(id=message_id)


def claim(gateway_id: int, *, limits: Sequence[int] = (10, 10, 10), worker: str = WORKER) -> list[Claimed]:
    return list(
        actions.claim("sms", gateway_id=gateway_id, limits=limits, worker=worker, lease_s=60, at=now()).messages
    )


def mark(claimed: Sequence[Claimed], gateway_id: int, *, worker: str = WORKER) -> list[HandOver]:
    return actions.mark_submitting(claimed, gateway_id=gateway_id, worker=worker, timeout_s=20, lease_s=60)


def settle(
    claimed: Claimed, gateway_id: int, *outcomes: Outcome | tuple[Outcome, str], worker: str = WORKER, code: str = ""
) -> int:
    """Settle one message; an outcome may come with the provider's id."""
    pairs = [one if isinstance(one, tuple) else (one, "") for one in outcomes]
    parts = [PartResult(n, outcome, provider_id, code) for n, (outcome, provider_id) in enumerate(pairs, start=1)]
    result = Result(claimed.id, claimed.person_id, claimed.attempt, parts)
    return actions.settle([result], gateway_id=gateway_id, worker=worker, by=BY, at=now())


def submit(gateway_id: int) -> Claimed:
    """Claim and mark the one message that waits."""
    (claimed,) = claim(gateway_id)
    mark([claimed], gateway_id)
    return claimed


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.reason


def make_ready() -> None:
    """Let every pause be over."""
    Message.objects.update(next_at=now() - timedelta(minutes=1))


def lapse(message: Message) -> None:
    """Let the lease of a message be over."""
    Message.objects.filter(id=message.pk).update(lease_until=now() - timedelta(minutes=1))
