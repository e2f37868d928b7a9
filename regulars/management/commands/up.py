"""Starts the product on the configured database: web and worker, no demo data, no sandbox."""

import asyncio
import os
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from regulars import database
from regulars.access import first
from regulars.installation import machine
from regulars.kit import clock, schema_state, supervisor
from regulars.kit.actor import Actor
from regulars.management import processes
from regulars.web.public import first_visit


class Command(BaseCommand):
    """`regulars up`: migrate, then keep web and worker running until Ctrl-C."""

    help = "Start Regulars on the configured database: web and worker."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Say where the web server listens."""
        parser.add_argument(
            "--host", default="127.0.0.1", help="address to listen at; 0.0.0.0 is all of this machine's"
        )
        parser.add_argument("--port", type=int, default=8000, help="port of the pages")

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring the schema up to date and run until told to stop."""
        processes.refuse_busy(options["port"], options["host"])
        env = processes.of_database(database.start())
        self._migrate()
        first.add_from_variables(os.environ, by=Actor.system("up"), at=clock.now())
        if "REGULARS_PUBLIC_ADDRESS" not in os.environ:
            env["REGULARS_PUBLIC_ADDRESS"] = f"http://127.0.0.1:{options['port']}"
        address = env.get("REGULARS_PUBLIC_ADDRESS", settings.PUBLIC_ADDRESS)
        lines = list(_greeting(address))
        children = [processes.worker(env), processes.web(options["port"], env, host=options["host"])]
        greet = lambda: self.stdout.write("\n".join(lines))  # noqa: E731
        code = asyncio.run(supervisor.supervise(children, stop_order=["web", "worker"], on_ready=greet))
        raise SystemExit(code)

    def _migrate(self) -> None:
        """Bring the schema up to date, and say so; exactly one of several that start at once does it."""
        pending = schema_state.look(anew=True).pending
        if pending:
            self.stdout.write(f"Bringing the database up to date: {len(pending)} steps …")
        call_command("migrate", verbosity=0)


def _greeting(address: str) -> Iterator[str]:
    desks = {"loyalty": "back office: {}/backoffice/", "smartcomms": "Smart Communications: {}/smartcomms/"}
    here = ", ".join(words.format(address) for system, words in desks.items() if system in settings.SYSTEMS)
    yield f"Regulars answers at {address}/ ({here}). Ctrl-C stops it."
    yield machine.memory_of(clock.now()).sentence
    if not first.is_needed():
        return
    if "loyalty" in settings.SYSTEMS:
        yield f"Nobody works here yet. Make the first administrator: {address}/?word={first_visit.setup_word()}"
    else:
        yield f"Nobody works here yet. Name the first administrator by {first.LOGIN} and {first.PASSWORD}, and start again."
