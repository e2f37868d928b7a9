"""What was cancelled while the sender held it costs nothing of the pace that a provider allows."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars.kit.clock import now
from regulars.messages import actions as messages
from regulars.messages.models import Message
from regulars.worker.pace import Pace
from tests.messages.post_office import open_gate, queue
from tests.worker.shift import aside, shift, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def everybody_may_be_told() -> Iterator[None]:
    with open_gate():
        yield


def opt_out() -> int:
    """Everybody whose message is still held refuses it."""
    waiting = list(Message.objects.filter(state="claimed"))
    return sum(messages.cancel(one.system, one.person_id, reason="no_consent", at=now()) for one in waiting)


def test_only_what_leaves_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(60):
        queue(f"mem_{n}", address=f"+7999000{n:03}0", text="Hello", message_class="marketing")
    spent, spend = [], Pace.spend

    def noted(self: Pace, parts: int) -> None:
        spent.append(parts)
        spend(self, parts)

    monkeypatch.setattr(Pace, "spend", noted)

    async def work() -> tuple[int, int]:
        async with shift(tmp_path, answer_delay_ms=200) as smsc:
            await until(lambda: Message.objects.filter(state="accepted").exists())
            cancelled = await aside(opt_out)
            await until(lambda: not Message.objects.exclude(state__in=["delivered", "cancelled"]).exists())
            return cancelled, smsc.record.taken

    cancelled, taken = asyncio.run(work())

    assert cancelled
    assert sum(spent) == taken == 60 - cancelled
