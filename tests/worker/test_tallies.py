"""What became of parts is added up beside the sending: written when a worker ends, added to what is there, never in its way."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError

from regulars.messages import tallies
from regulars.messages.models import Message, Tally
from regulars.providers.models import Gateway
from regulars.worker.tallies import Tallies
from regulars.worker.threads import Threads
from tests.messages.post_office import open_gate, queue
from tests.worker.shift import shift, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def everybody_may_be_told() -> Iterator[None]:
    with open_gate():
        yield


def told() -> dict[str, int]:
    return dict(Tally.objects.values_list("outcome", "count"))


def are_delivered() -> bool:
    return set(Message.objects.values_list("state", flat=True)) == {"delivered"}


def test_parts_and_receipts_are_added_up(tmp_path: Path) -> None:
    for n in range(4):
        queue(f"mem_{n}", address=f"+7999000{n:03}0", text="Привет! " * 12)

    async def work() -> None:
        async with shift(tmp_path):
            await until(are_delivered)

    asyncio.run(work())

    assert told()["accepted"] == 8  # two parts each
    assert told()["receipt_delivered"] == 8
    assert Tally.objects.values_list("gateway_id", flat=True).distinct().get() == Gateway.objects.get().pk


def test_what_stands_there_grows() -> None:
    tallies.add(7, {"accepted": 2, "failed": 1})
    tallies.add(7, {"accepted": 3})

    assert told() == {"accepted": 5, "failed": 1}


def test_what_cannot_be_written_waits_for_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("the database is away")

    async def work() -> None:
        threads = Threads()
        counted = Tallies(7, threads)
        counted.count(["accepted", "accepted"])
        with monkeypatch.context() as trouble:
            trouble.setattr(tallies, "add", away)
            await counted.write()
        counted.count(["failed"])
        await counted.write()
        threads.close()

    asyncio.run(work())

    assert told() == {"accepted": 2, "failed": 1}
