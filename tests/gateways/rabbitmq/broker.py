"""A real RabbitMQ for tests: names of one's own on it, and looks at what waits there."""

import asyncio
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from regulars.gateways.rabbitmq import pipes, publisher
from regulars.gateways.rabbitmq.pipes import Pipe
from regulars.gateways.rabbitmq.receivers import Letter, letter_of

URL = os.environ.get("REGULARS_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672/")


async def _ask() -> None:
    await publisher.let_go(await publisher.connect(URL))


def needed() -> None:
    """Skip the test where there is no broker; in CI that is a failure."""
    try:
        asyncio.run(_ask())
    except Exception as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no RabbitMQ at REGULARS_TEST_RABBITMQ_URL: {type(error).__name__}")


@contextmanager
def a_pipe() -> Iterator[Pipe]:
    """A pipe with names that nobody else has, gone afterwards."""
    needed()
    made = Pipe(f"test-{secrets.token_hex(6)}", "smartcomms")
    try:
        yield made
    finally:
        publisher.remove(URL, made)


def declare(pipe: Pipe) -> None:
    """Make the pipe before anybody else does."""

    async def make() -> None:
        broker = await publisher.connect(URL)
        await pipes.declare(broker, pipe)
        await publisher.let_go(broker)

    asyncio.run(make())


def waiting(pipe: Pipe, *, dead: bool = False) -> list[Letter]:
    """Take everything out of the queue, or out of the dead letters."""

    async def take() -> list[Letter]:
        broker = await publisher.connect(URL)
        queue = (await pipes.declare(broker, pipe))[1 if dead else 0]
        found = []
        while (message := await queue.get(fail=False, timeout=5)) is not None:
            assert message.delivery_mode == 2, "it would not survive a restart"
            found.append(letter_of(message))
            await message.ack()
        await publisher.let_go(broker)
        return found

    return asyncio.run(take())


def count(pipe: Pipe, *, dead: bool = False) -> int:
    """How many letters wait there and are in nobody's hand."""

    async def look() -> int:
        broker = await publisher.connect(URL)
        queue = (await pipes.declare(broker, pipe))[1 if dead else 0]
        result = await queue.declare()
        await publisher.let_go(broker)
        return int(result.message_count or 0)

    return asyncio.run(look())


def bury(pipe: Pipe, letters: int) -> None:
    """Refuse so many letters that wait, and wait until they lie among the dead ones."""

    async def refuse() -> None:
        broker = await publisher.connect(URL)
        queue, dead = await pipes.declare(broker, pipe)
        for _ in range(letters):
            message = await queue.get(timeout=5)
            assert message is not None
            await message.reject(requeue=False)
        async with asyncio.timeout(30):
            while (await dead.declare()).message_count != letters:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await publisher.let_go(broker)

    asyncio.run(refuse())
