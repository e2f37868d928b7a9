"""Dead letters: lists them with what is wrong with them, puts those back that are good by now, throws the others away."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regulars.gateways.rabbitmq import pipes
from regulars.gateways.rabbitmq.pipes import SIGNATURE, Pipe
from regulars.gateways.rabbitmq.publisher import connect, let_go
from regulars.gateways.rabbitmq.receivers import Judge, Letter, letter_of

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage
    from faststream.rabbit import RabbitBroker

_GET_S = 5.0


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A letter that could not be taken."""

    message_id: str
    cause: str
    """The broker's word: `rejected` at once, or handed back until its `delivery_limit`."""
    died_at: str
    fault: str
    """What is wrong with it as things stand now; nothing when it could be taken."""
    fate: str
    """`kept`, `replayed` or `discarded`."""


def look_at(
    url: str, pipe: Pipe, judge: Judge, *, replay: bool = False, discard: bool = False, most: int = 1000
) -> list[DeadLetter]:
    """List the oldest dead letters of a pipe, judged anew.

    With `replay`, those that could be taken go back into the queue, and leave the dead ones when the broker has confirmed
    that. With `discard`, those that still could not are gone for good. Everything else stays where it is.
    """
    return asyncio.run(_look_at(url, pipe, judge, replay, discard, most))


def count_at(url: str, pipe: Pipe) -> int:
    """How many dead letters a pipe has. Raises whatever the broker's library does when it is away."""
    return asyncio.run(_count_at(url, pipe))


async def _count_at(url: str, pipe: Pipe) -> int:
    broker = await connect(url)
    try:
        _, dead = await pipes.declare(broker, pipe)
        return dead.declaration_result.message_count or 0
    finally:
        await let_go(broker)


async def _look_at(url: str, pipe: Pipe, judge: Judge, replay: bool, discard: bool, most: int) -> list[DeadLetter]:
    broker = await connect(url)
    try:
        _, dead = await pipes.declare(broker, pipe)
        held: list[AbstractIncomingMessage] = []
        while len(held) < most and (message := await dead.get(fail=False, timeout=_GET_S)) is not None:
            held.append(message)
        told = []
        for message in held:
            letter = letter_of(message)
            fault = await asyncio.to_thread(judge, letter)
            fate = "discarded" if fault and discard else "replayed" if replay and not fault else "kept"
            if fate == "replayed":
                await _put_back(broker, pipe, letter)
            await (message.nack(requeue=True) if fate == "kept" else message.ack())
            told.append(_told(message, letter, fault, fate))
        return told
    finally:
        await let_go(broker)


async def _put_back(broker: RabbitBroker, pipe: Pipe, letter: Letter) -> None:
    await broker.publish(
        letter.body,
        exchange=pipes.exchange_of(pipe),
        routing_key=pipe.system,
        mandatory=True,
        persist=True,
        timeout=10,
        message_id=letter.message_id,
        headers={SIGNATURE: letter.signature},
        content_type="application/json",
    )


def _told(message: AbstractIncomingMessage, letter: Letter, fault: str, fate: str) -> DeadLetter:
    deaths: Any = message.headers.get("x-death") or [{}]
    first = deaths[0]
    return DeadLetter(letter.message_id, str(first.get("reason", "")), str(first.get("time", "")), fault, fate)
