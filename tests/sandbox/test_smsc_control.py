"""Telling the stand-in SMSC from another process what to do."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from regulars.sandbox import pdu
from regulars.sandbox.control import ask
from regulars.sandbox.serving import Ports, run
from tests.sandbox.wire import client_of


def test_a_running_smsc_can_be_told_asked_and_cut(tmp_path: Path) -> None:
    async def story() -> None:
        ports: asyncio.Future[Ports] = asyncio.get_running_loop().create_future()
        running = asyncio.create_task(
            run(
                record=tmp_path / "home" / "record.jsonl",
                system_id="shop",
                password="secret",
                on_ready=ports.set_result,
            )
        )
        sms_port, control, _ = await ports

        async with client_of(sms_port) as client:
            await client.bind()
            told = await ask(control, "set", behaviour={"refuse_submits": 0x14, "receipt_delay_ms": 5})
            refused = await client.submit()
            back = await ask(control, "reset")
            taken = await client.submit(registered=0)
            messages = await ask(control, "messages", since=0)
            stats = await ask(control, "stats")
            cut = await ask(control, "cut")
            assert await client.is_closed()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

        assert (refused.status, taken.status) == (pdu.RMSGQFUL, pdu.ROK)
        assert told["behaviour"]["refuse_submits"] == 0x14
        assert (back["behaviour"]["refuse_submits"], back["behaviour"]["receipt_delay_ms"]) == (0, 50)
        assert [line["text"] for line in messages["messages"]] == ["Hello"]
        assert (stats["stats"]["taken"], stats["stats"]["refused_0x14"], stats["stats"]["sessions"]) == (1, 1, 1)
        assert cut == {"sessions": 1}

    asyncio.run(story())


def test_a_wish_that_makes_no_sense_is_answered_in_words_and_changes_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        ports: asyncio.Future[Ports] = asyncio.get_running_loop().create_future()
        running = asyncio.create_task(
            run(record=tmp_path / "r", system_id="a", password="b", on_ready=ports.set_result)
        )
        _, control, _ = await ports

        with pytest.raises(ValueError, match="no behaviour 'mood'"):
            await ask(control, "set", behaviour={"drop_next": 3, "mood": "bad"})
        with pytest.raises(ValueError, match="drop_next must be int, not 'many'"):
            await ask(control, "set", behaviour={"drop_next": "many"})
        with pytest.raises(ValueError, match="no command 'dance'"):
            await ask(control, "dance")
        now = await ask(control, "get")
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

        assert now["behaviour"]["drop_next"] == 0

    asyncio.run(story())
