"""Pipes: a queue for each receiving system, with its exchange and the place of its dead letters, as we declare them.

A quorum queue keeps every confirmed message while most of its machines live. Full, it refuses instead of forgetting. A message
that was handed back too often, or refused, goes to the dead letters, and stays in its queue until it has arrived there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from aio_pika.abc import AbstractRobustQueue
    from faststream.rabbit import RabbitBroker, RabbitExchange, RabbitQueue
    from faststream.rabbit.schemas.queue import QuorumQueueArgs

SIGNATURE = "regulars-signature"
DELIVERY_LIMIT = 5
DEAD_FOR_MS = 30 * 86_400_000
# A queue's arguments cannot be changed: whoever changes one raises the number in its name.
_VERSION = "v1"
# Looking at dead letters hands them back each time; newer brokers drop what was handed back twenty times.
_NEVER = 1_000_000


@dataclass(frozen=True, slots=True)
class Pipe:
    """The names of one pipe on the broker; `system` is who receives."""

    prefix: str
    system: str

    @property
    def exchange(self) -> str:
        """Where senders publish."""
        return f"{self.prefix}.bridge"

    @property
    def queue(self) -> str:
        """Where the receiver finds it."""
        return f"{self.prefix}.bridge.{self.system}.{_VERSION}"

    @property
    def dead_exchange(self) -> str:
        """Where the broker publishes what nobody could take."""
        return f"{self.prefix}.dead"

    @property
    def dead_queue(self) -> str:
        """Where it lies for thirty days."""
        return f"{self.prefix}.dead.{self.system}.{_VERSION}"


def to(system: str) -> Pipe:
    """The pipe to a system: under the prefix that was chosen; else, together, one for each database."""
    if settings.RABBITMQ_PREFIX is not None:
        return Pipe(settings.RABBITMQ_PREFIX, system)
    return Pipe(
        f"regulars.{settings.DATABASES['default']['NAME']}" if len(settings.SYSTEMS) > 1 else "regulars", system
    )


def exchange_of(pipe: Pipe, *, dead: bool = False) -> RabbitExchange:
    """The exchange of a pipe, or that of its dead letters."""
    from faststream.rabbit import ExchangeType, RabbitExchange

    return RabbitExchange(pipe.dead_exchange if dead else pipe.exchange, type=ExchangeType.DIRECT, durable=True)


def queue_of(pipe: Pipe, *, dead: bool = False) -> RabbitQueue:
    """The queue of a pipe, or that of its dead letters."""
    from faststream.rabbit import QueueType, RabbitQueue

    arguments: QuorumQueueArgs = (
        {"x-message-ttl": DEAD_FOR_MS, "x-delivery-limit": _NEVER}
        if dead
        else {
            "x-overflow": "reject-publish",
            "x-dead-letter-exchange": pipe.dead_exchange,
            "x-dead-letter-routing-key": pipe.system,
            "x-dead-letter-strategy": "at-least-once",
            "x-delivery-limit": DELIVERY_LIMIT,
        }
    )
    return RabbitQueue(
        pipe.dead_queue if dead else pipe.queue,
        queue_type=QueueType.QUORUM,
        durable=True,
        routing_key=pipe.system,
        arguments=arguments,
    )


async def declare(broker: RabbitBroker, pipe: Pipe) -> tuple[AbstractRobustQueue, AbstractRobustQueue]:
    """Make everything of a pipe that is missing; answers its queue and that of its dead letters."""
    made = []
    for dead in (True, False):
        exchange = await broker.declare_exchange(exchange_of(pipe, dead=dead))
        queue = await broker.declare_queue(queue_of(pipe, dead=dead))
        await queue.bind(exchange, routing_key=pipe.system)
        made.append(queue)
    return made[1], made[0]


async def remove(broker: RabbitBroker, pipe: Pipe) -> None:
    """Take a pipe away with everything that waits on it: for throw-away installations."""
    for dead in (False, True):
        queue = await broker.declare_queue(queue_of(pipe, dead=dead))
        await queue.delete(if_unused=False, if_empty=False)
        exchange = await broker.declare_exchange(exchange_of(pipe, dead=dead))
        await exchange.delete()
