"""The SMPP gateway and the stand-in SMSC, brought together on this machine's own network for one test."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from regulars.gateways.smpp import SmppGateway, SmppSettings
from regulars.messages.gateway import HandOver, Outcome, PartResult, Receipt
from regulars.messages.parts import split
from regulars.sandbox.record import Record
from regulars.sandbox.smsc import Smsc

PHONE = "+79990000010"


class Meeting:
    """Both sides of the wire, and the receipts that have come through."""

    def __init__(self, smsc: Smsc, gateway: SmppGateway, receipts: list[Receipt], port: int) -> None:
        self.smsc = smsc
        self.gateway = gateway
        self.receipts = receipts
        self.port = port

    async def send(
        self, text: str = "Hello", *, address: str = PHONE, reference: int = 1, **more: Any
    ) -> list[PartResult]:
        return await self.gateway.send(hand_over(text, address=address, reference=reference, **more))

    async def send_many(self, count: int, *, concurrently: int = 10) -> list[PartResult]:
        """Send so many messages with references from 1, at most some at once, and return the results in that order."""
        room = asyncio.Semaphore(concurrently)

        async def one(reference: int) -> PartResult:
            async with room:
                (result,) = await self.send(f"Message {reference}", reference=reference)
                return result

        return await asyncio.gather(*(one(reference) for reference in range(1, count + 1)))

    async def until(self, condition: Callable[[], bool], *, within_s: float = 5) -> None:
        await until(condition, within_s=within_s)


async def until(condition: Callable[[], bool], *, within_s: float = 5) -> None:
    """Wait for something that only the other side of the wire can bring about."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def hand_over(text: str = "Hello", *, address: str = PHONE, reference: int = 1, **more: Any) -> HandOver:
    count = len(split(text).parts)
    fields = {
        "message_id": reference,
        "attempt": 1,
        "sender": "Regulars",
        "references": tuple(range(reference, reference + count)),
    }
    return HandOver(address=address, text=text, **{**fields, **more})


def settings(port: int, **more: Any) -> SmppSettings:
    fields: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "system_id": "shop",
        "password": "secret",
        "response_timeout_s": 2,
        "reconnect_min_s": 0.02,
    }
    return SmppSettings(**{**fields, **more})


@asynccontextmanager
async def smsc_at(path: Path, **behaviour: Any) -> AsyncIterator[tuple[Smsc, int]]:
    """A stand-in SMSC on a free port; receipts come at once unless told otherwise."""
    record = Record(path)
    smsc = Smsc(record, system_id="shop", password="secret")
    smsc.change({"receipt_delay_ms": 0, "receipt_retry_ms": 20, **behaviour})
    try:
        yield smsc, await smsc.start()
    finally:
        await smsc.close()
        record.close()


@asynccontextmanager
async def meeting(tmp_path: Path, *, said: dict[str, Any] | None = None, **behaviour: Any) -> AsyncIterator[Meeting]:
    """An open gateway and its SMSC."""
    receipts: list[Receipt] = []

    async def keep(receipt: Receipt) -> bool:
        receipts.append(receipt)
        return True

    async with smsc_at(tmp_path / "record.jsonl", **behaviour) as (smsc, port):
        gateway = SmppGateway(settings(port, **(said or {})), keep)
        await gateway.open()
        try:
            yield Meeting(smsc, gateway, receipts, port)
        finally:
            await gateway.close()


def outcomes(results: list[PartResult]) -> list[Outcome]:
    return [result.outcome for result in results]
