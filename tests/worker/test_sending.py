"""From the queue to a phone and back: the worker, the SMPP gateway and the stand-in SMSC together."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from regulars.messages.models import Message
from regulars.providers.models import Gateway
from regulars.worker.sender import Sender
from tests.messages.post_office import make_ready, open_gate, queue
from tests.worker.shift import QUICK, aside, shift, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def everybody_may_be_told() -> Iterator[None]:
    with open_gate():
        yield


def queue_some(count: int, *, text: str = "Hello", message_class: str = "marketing") -> None:
    for n in range(count):
        queue(f"mem_{n}", address=f"+7999000{n:03}0", text=text, message_class=message_class)


def all_are(state: str) -> bool:
    return set(Message.objects.values_list("state", flat=True)) == {state}


def test_messages_are_delivered_once(tmp_path: Path) -> None:
    queue_some(10, text="Привет! " * 12)

    async def work() -> list[str]:
        async with shift(tmp_path) as smsc:
            await until(lambda: all_are("delivered"))
            return [line["destination"] for line in smsc.record.messages()]

    destinations = asyncio.run(work())

    assert len(destinations) == 20  # two parts each
    assert len(set(destinations)) == 10


def test_receipts_that_overtake_their_answers_are_not_lost(tmp_path: Path) -> None:
    queue_some(6)

    async def work() -> None:
        async with shift(tmp_path, receipts_before_response=True, double_receipts=True):
            await until(lambda: all_are("delivered"))

    asyncio.run(work())


def test_throttling_slows_down_and_loses_nothing(tmp_path: Path) -> None:
    queue_some(8)

    async def work() -> int:
        async with shift(tmp_path, throttle_per_s=5) as smsc:
            await until(lambda: all_are("delivered"), within_s=20)
            return len(smsc.record.messages())

    assert asyncio.run(work()) == 8


def test_a_gateway_that_may_take_longer_than_the_lease_sends_all_the_same(tmp_path: Path) -> None:
    queue_some(3)
    timeout_s = 3 * QUICK.lease_s

    async def work() -> None:
        async with shift(tmp_path, said={"response_timeout_s": timeout_s}):
            await until(lambda: all_are("delivered"))

    asyncio.run(work())


def test_an_unanswered_message_stays_unknown_until_its_receipt(tmp_path: Path) -> None:
    queue_some(1)

    async def work() -> int:
        async with shift(tmp_path, said={"response_timeout_s": 0.3}, drop_next=1, receipt_delay_ms=1000) as smsc:
            await until(lambda: all_are("unknown"))
            await until(lambda: all_are("delivered"))
            return len(smsc.record.messages())

    assert asyncio.run(work()) == 1


def test_after_a_cut_link_nobody_gets_a_message_twice(tmp_path: Path) -> None:
    queue_some(30)

    async def work() -> list[str]:
        async with shift(tmp_path, cut_after=14) as smsc:
            await until(lambda: set(Message.objects.values_list("state", flat=True)) <= {"delivered", "unknown"})
            await until(lambda: Message.objects.filter(state="delivered").count() == smsc.record.taken)
            return [line["destination"] for line in smsc.record.messages()]

    destinations = asyncio.run(work())

    unknown = Message.objects.filter(state="unknown").count()
    assert len(destinations) == len(set(destinations)) == 30 - unknown
    assert unknown <= 10  # the window


def test_a_code_overtakes_the_mailing_that_waits(tmp_path: Path) -> None:
    queue_some(150)

    async def work() -> list[str]:
        async with shift(tmp_path, answer_delay_ms=100) as smsc:
            await until(lambda: smsc.record.taken > 0)
            await aside(lambda: queue("mem_999", address="+79995555555", message_class="code", origin="key:1"))
            await until(lambda: Message.objects.filter(person_id="mem_999", state="delivered").exists())
            return [line["destination"] for line in smsc.record.messages()]

    assert asyncio.run(work()).index("79995555555") < 100


def test_refused_credentials_keep_the_messages_and_pause_the_gateway(tmp_path: Path) -> None:
    queue_some(3)

    async def work() -> None:
        async with shift(tmp_path, refuse_submits=0x0E):
            await until(lambda: Gateway.objects.exclude(trouble="").exists())
            await until(lambda: all_are("queued"))

    asyncio.run(work())


def test_stopping_finishes_what_has_begun_and_puts_back_the_rest(tmp_path: Path) -> None:
    queue_some(400)  # eight seconds of work at this window, so that some of it is left whenever the stop comes

    async def work() -> int:
        async with shift(tmp_path, answer_delay_ms=200) as smsc:
            await until(lambda: Message.objects.filter(state="accepted").exists())
        return len(smsc.record.messages())

    taken = asyncio.run(work())

    states = set(Message.objects.values_list("state", flat=True))
    assert states <= {"queued", "accepted", "delivered"}
    assert Message.objects.exclude(state="queued").count() == taken < 400


def test_a_failed_mark_sends_nothing_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queue_some(5)
    mark, failures = Sender._mark, iter([True, True])

    async def failing(self: Sender, *args: object) -> object:
        if next(failures, False):
            await mark(self, *args)  # type: ignore[arg-type]
            raise ConnectionError("the answer to COMMIT was lost")
        return await mark(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Sender, "_mark", failing)

    async def work() -> list[str]:
        async with shift(tmp_path) as smsc:
            await until(lambda: all_are("delivered"))
            return [line["destination"] for line in smsc.record.messages()]

    assert len(asyncio.run(work())) == 5


def test_a_lost_event_message_is_sent_once_more(tmp_path: Path) -> None:
    message = queue(message_class="event", address="+79990000009", lifetime=timedelta(hours=1))

    async def work() -> int:
        async with shift(tmp_path, said={"response_timeout_s": 0.2}, no_receipts=True) as smsc:
            await until(lambda: all_are("unknown"))
            await aside(lambda: Message.objects.update(state_at=message.queued_at - timedelta(hours=1)))
            await until(lambda: Message.objects.filter(repeats=1, state="unknown").exists())
            await aside(make_ready)
            return len(smsc.record.messages())

    assert asyncio.run(work()) == 2
