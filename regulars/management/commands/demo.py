"""Shows the product at work: a programme built from shopping data, with a till, phones and doors for every role."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from regulars import database
from regulars.gateways.rabbitmq import pipes, publisher
from regulars.kit import clock, memory, supervisor
from regulars.management import processes
from regulars.management.demo import build, campaigns, choices, generated, journey, story
from regulars.management.demo.progress import Progress
from regulars.management.demo.shopping import EVERYTHING, Shopping
from regulars.sandbox import control
from regulars.sandbox.mail.record import beside

NAME = "regulars_demo"
STOP_ORDER = ["web", "worker", "sandbox"]
ANNA_MAILBOX = "anna@example.org"
EXCHANGE_EVERY_S = "2"  # without a broker: often enough to look on


class Command(BaseCommand):
    """`regulars demo`: one command, and a loyalty programme is alive."""

    help = "Build a programme from shopping data and open its doors; Ctrl-C stops everything, again continues."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say how much, how often and where."""
        parser.add_argument("--full", action="store_true", help="replay all 155,848 baskets, not the last two weeks")
        parser.add_argument("--reset", action="store_true", help="forget the demo's data and start afresh")
        parser.add_argument("--once", action="store_true", help="use a throw-away database and free ports, then end")
        parser.add_argument("--json", action="store_true", help="with --once: print one line of JSON on stdout")
        parser.add_argument("--limit", type=int, help="replay only the first receipts of the slice")
        parser.add_argument("--generated", action="store_true", help="use the small generated programme")
        parser.add_argument("--port", type=int, default=8000, help="port of the pages")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare the database, then build and serve."""
        began = time.monotonic()
        once = options["once"]
        if not once:
            processes.refuse_busy(options["port"])
        name = f"regulars_once_{secrets.token_hex(4)}" if once else NAME
        server = database.start()
        if options["reset"] and not once:
            _drop(server, name)
            _forget_records(database.home() / "demo-smsc.jsonl")
            shutil.rmtree(database.home() / "demo-exchange", ignore_errors=True)
        url = _create(server, name)
        try:
            call_command("migrate", verbosity=0)
            run = Run(url, options, began)
            build.connect_gateways(run.smpp_port, run.smtp_port)
            code = asyncio.run(run.serve())
            if run.result is not None and options["json"]:
                self.stdout.write(orjson.dumps(run.result).decode())
        finally:
            if once:
                _forget_letters()
                connections.close_all()
                _drop(server, name)
        if run.is_telling():  # Ctrl-C came in the middle: end without waiting for that thread's libraries
            sys.stderr.flush()
            os._exit(code)
        raise SystemExit(code)


def _create(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as owner:
        if owner.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
            owner.execute(f"create database {name}")
    return database.start(name)


def _drop(server: str, name: str) -> None:
    connections["default"].close_pool()  # type: ignore[attr-defined]
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"drop database if exists {name} with (force)")


def _forget_letters() -> None:
    """Take the throw-away database's queue off the broker, where there is one."""
    if settings.RABBITMQ_URL:
        publisher.remove(settings.RABBITMQ_URL, pipes.to("smartcomms"))


def _forget_records(record: Path) -> None:
    for path in (record, beside(record)):
        path.unlink(missing_ok=True)


class Run:
    """One run of the demo: its ports, its processes and what it saw."""

    def __init__(self, url: str, options: dict[str, Any], began: float) -> None:
        self.options, self.began = options, began
        self.once = bool(options["once"])
        self.progress = Progress()
        self.port = processes.free_port() if self.once else int(options["port"])
        self.smpp_port, self.control_port, self.smtp_port = (processes.free_port() for _ in range(3))
        self.address = f"http://127.0.0.1:{self.port}"
        self.home = Path(tempfile.mkdtemp(prefix="regulars-once-")) if self.once else database.home()
        self.record = self.home / "demo-smsc.jsonl"
        self.result: dict[str, Any] | None = None
        self.error: str | None = None
        self.teller: threading.Thread | None = None
        self.env = {
            **processes.of_database(url),
            "REGULARS_HOME": str(database.home()),
            "REGULARS_DEMO": "1",
            "REGULARS_DEMO_SOURCE": generated.Generated.origin if self._is_generated() else journey.Journey.origin,
            "REGULARS_PUBLIC_ADDRESS": self.address,
            "REGULARS_SISTER_ADDRESS": self.address,
            "REGULARS_SANDBOX_RECORD": str(self.record),
            "REGULARS_SANDBOX_CONTROL_PORT": str(self.control_port),
            "REGULARS_EXCHANGE_FOLDER": str(self.home / "demo-exchange"),
            "REGULARS_EXCHANGE_EVERY_S": EXCHANGE_EVERY_S,
        }

    async def serve(self) -> int:
        """Start the processes, tell the story, and keep serving until Ctrl-C (or end, with `--once`)."""
        children = [
            processes.sandbox(self.smpp_port, self.control_port, self.record, self.env, smtp_port=self.smtp_port),
            processes.web(self.port, self.env),
            processes.worker(self.env),
        ]
        code = await supervisor.supervise(
            children, stop_order=STOP_ORDER, on_ready=self._in_thread, say=self.progress.say
        )
        if self.once:
            shutil.rmtree(self.home, ignore_errors=True)
        if self.error:
            self.progress.say(f"The demo stopped: {self.error}")
            return 1
        return code

    def is_telling(self) -> bool:
        """Whether the story goes on."""
        return self.teller is not None and self.teller.is_alive()

    async def _in_thread(self) -> None:
        """Tell the story on a thread that Ctrl-C leaves behind: receipts are confirmed one by one, so nothing is half done."""
        told, loop = asyncio.Event(), asyncio.get_running_loop()

        def tell() -> None:
            self._guarded(self._once if self.once else self._show)
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(told.set)

        self.teller = threading.Thread(target=tell, name="story", daemon=True)
        self.teller.start()
        await told.wait()
        if self.once or self.error:
            signal.raise_signal(signal.SIGTERM)

    def _guarded(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except Exception as error:
            self.error = str(error) or type(error).__name__
            if not isinstance(error, story.StoryBroken | TimeoutError):
                traceback.print_exc(file=sys.stderr)
        finally:
            connections.close_all()

    def _build(self) -> tuple[Shopping, build.Built]:
        source = self._source()
        part = EVERYTHING if self.options["full"] else source.default_slice
        build.set_up(source, part, self.progress, address=self.address)
        processes.wait_until_answers(f"{self.address}/healthz")
        story.wait_until("The sandbox", self._is_sandbox_told, seconds=30)
        story.wait_for_customers(self.progress)
        built = build.replay(source, part, self.progress, limit=self.options["limit"])
        reasons = "".join(f", {count:,} because of {reason}" for reason, count in built.rejected.items())
        already = f", {built.already:,} were there already" if built.already else ""
        self.progress.say(
            f"{built.receipts:,} receipts confirmed{already}; {sum(built.rejected.values()):,} lines rejected{reasons}"
        )
        if started := campaigns.start_drafts(at=clock.now()):
            self.progress.say(f"{started} mailings started")
        return source, built

    def _is_generated(self) -> bool:
        return bool(self.options["generated"]) or not journey.is_available()

    def _is_sandbox_told(self) -> bool:
        """Tell the SMSC that every phone of the demo is alive, whatever its last digits."""
        try:
            asyncio.run(control.ask(self.control_port, "set", behaviour={"magic": False}))
        except OSError:
            return False
        return True

    def _source(self) -> Shopping:
        today = build.first_day() or datetime.now(UTC).date()
        if self._is_generated():
            return generated.Generated(today=today)
        return journey.Journey(today=today)

    def _once(self) -> None:
        source, built = self._build()
        story.wait_for_messages(self.progress)
        memory_mb = memory.pss_mb([os.getpid()]) - memory.pss_mb_alone(os.getpid())
        anna = story.heroine(source, self.address)
        self.progress.say(f"Anna's unsubscribe page: {anna.unsubscribe_address}")
        unsubscribe = story.opt_out(anna)
        bridge = self._tell_choices(anna)
        self.result = story.report(built, unsubscribe, bridge, memory_mb, time.monotonic() - self.began)

    def _tell_choices(self, anna: story.Heroine) -> dict[str, Any]:
        """Let Anna open the link in her mail and choose, then choose in Loyalty; show both systems side by side."""
        link = choices.find_link(beside(self.record), ANNA_MAILBOX)
        self.progress.say(f"The link in Anna's mail: {link}")
        category = choices.turn_category_off(anna, link)
        self._show_both(anna, "A category is off; nothing has crossed")
        to_loyalty = choices.turn_channel_off(anna, link)
        self._show_both(anna, "Email is off as a whole: that has crossed to Loyalty")
        to_smartcomms = choices.turn_mailings_off(anna)
        self._show_both(anna, "Mailings by push are off in Loyalty: that has crossed back")
        if not choices.look(anna).agrees():
            raise story.StoryBroken("The two systems do not agree about Anna.")
        return {"category": category, "to_loyalty": to_loyalty, "to_smartcomms": to_smartcomms}

    def _show_both(self, anna: story.Heroine, what: str) -> None:
        self.progress.say(what)
        for line in choices.side_by_side(anna):
            self.progress.say(line)

    def _show(self) -> None:
        self.progress.say(f"The doors are at {self.address}/ (they open while the shop fills)")
        source, _ = self._build()
        anna = story.heroine(source, self.address)
        for line in _places(self.address, anna.unsubscribe_address):
            self.progress.say(line)


def _places(address: str, unsubscribe: str) -> list[str]:
    return [
        "",
        f"  Everything, with one-tap sign-in   {address}/",
        f"  The till                           {address}/till/",
        f"  Anna's personal account            {address}/account/",
        f"  The phones                         {address}/sandbox/",
        f"  The mailboxes                      {address}/sandbox/mail/",
        f"  Loyalty's back office              {address}/backoffice/",
        f"  Smart Communications               {address}/smartcomms/",
        f"  Both consents side by side         {address}/demo/consent/",
        f"  Anna's unsubscribe page            {unsubscribe}",
        "",
        "Ctrl-C stops everything; the same command continues; --reset starts afresh.",
    ]
