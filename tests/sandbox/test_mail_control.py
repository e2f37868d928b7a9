"""Telling a running mail server what to do over the port that the SMSC has, too; and the command that runs both."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest

from regulars.management import processes
from regulars.sandbox.control import ask
from regulars.sandbox.mail.record import beside, read_mails
from regulars.sandbox.serving import Ports, run
from tests.conftest import ROOT
from tests.sandbox.post import give, signed_in
from tests.sandbox.wire import client_of


@asynccontextmanager
async def running(record: Path, **more: Any) -> AsyncIterator[Ports]:
    ports: asyncio.Future[Ports] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        run(record=record, system_id="shop", password="secret", on_ready=ports.set_result, **more)
    )
    try:
        yield await ports
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


def test_wishes_reach_the_stand_in_that_they_speak_of(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path / "r.jsonl", smtp_port=0) as ports, signed_in(ports.smtp) as client:
            told = await ask(ports.control, "set", of="mail", behaviour={"refuse_mails": 554})
            with pytest.raises(aiosmtplib.SMTPDataError):
                await give(client, "anna@example.com")
            back = await ask(ports.control, "reset", of="mail")
            await give(client, "anna@example.com", subject="First")
            await give(client, "max@example.com", subject="Second")

            mails = (await ask(ports.control, "mails", since=1))["mails"]
            stats = (await ask(ports.control, "stats", of="mail"))["stats"]
            texts = (await ask(ports.control, "stats"))["stats"]
            cut = await ask(ports.control, "cut", of="mail")

            assert told["behaviour"]["refuse_mails"] == "554 5.7.1 Refused"
            assert back["behaviour"]["refuse_mails"] == ""
            assert [(mail["subject"], mail["recipients"]) for mail in mails] == [("Second", ["max@example.com"])]
            assert (stats["taken"], stats["refused_554"], stats["links"], stats["links_ever"]) == (2, 1, 1, 1)
            assert texts["taken_ever"] == 0
            assert cut == {"sessions": 1}
            assert len(list(read_mails(tmp_path / "r.mail.jsonl"))) == 2

    asyncio.run(story())


def test_without_a_mail_server_nobody_can_speak_to_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path / "r.jsonl") as ports:
            assert ports.smtp == 0
            with pytest.raises(ValueError, match="no stand-in 'mail' here"):
                await ask(ports.control, "get", of="mail")
            with pytest.raises(ValueError, match="no command 'mails'"):
                await ask(ports.control, "mails")
            with pytest.raises(ValueError, match="no stand-in 'fax' here"):
                await ask(ports.control, "cut", of="fax")

        assert not beside(tmp_path / "r.jsonl").exists()

    asyncio.run(story())


def test_a_wish_that_makes_no_sense_changes_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path / "r.jsonl", smtp_port=0) as ports:
            for behaviour in ({"drop_next": 3, "receipt_delay_ms": 1}, {"refuse_mails": True}, {"cut_after": "soon"}):
                with pytest.raises(ValueError, match=r"no behaviour|must be"):
                    await ask(ports.control, "set", of="mail", behaviour=behaviour)

            assert (await ask(ports.control, "get", of="mail"))["behaviour"]["drop_next"] == 0

    asyncio.run(story())


def test_the_command_serves_both_beside_each_other(tmp_path: Path) -> None:
    smpp, control, smtp = (processes.free_port() for _ in range(3))
    child = processes.sandbox(smpp, control, tmp_path / "texts.jsonl", {}, smtp_port=smtp)
    serving = subprocess.Popen(child.command, env=os.environ | child.env, cwd=ROOT)

    async def story() -> None:
        async with asyncio.timeout(60):
            while True:
                with contextlib.suppress(OSError):
                    async with signed_in(smtp, username="regulars", password="sandbox") as client:
                        await give(client, "anna@example.com")
                        break
                await asyncio.sleep(0.1)
        async with client_of(smpp) as client:
            assert await client.bind(system_id="regulars", password="sandbox") == 0
        assert (await ask(control, "stats", of="mail"))["stats"]["taken"] == 1

    try:
        asyncio.run(story())
    finally:
        serving.terminate()
        assert serving.wait(20) == 0
    assert [mail.subject for mail in read_mails(tmp_path / "texts.mail.jsonl")] == ["Hello"]


def test_the_command_says_what_it_can(tmp_path: Path) -> None:
    helped = subprocess.run(
        [sys.executable, "-m", "regulars.cli", "sandbox", "--help"], capture_output=True, text=True, cwd=ROOT
    )

    assert "--smtp-port" in helped.stdout
    assert "--mail-record" in helped.stdout
