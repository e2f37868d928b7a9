"""Starts the product on the configured database: web and worker, no demo data, no sandbox."""

import asyncio
import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from regulars import database
from regulars.kit import supervisor
from regulars.management import processes


class Command(BaseCommand):
    """`regulars up`: migrate, then keep web and worker running until Ctrl-C."""

    help = "Start Regulars on the configured database: web and worker."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Say where the web server listens."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring the schema up to date and run until told to stop."""
        env = {"DATABASE_URL": database.start(), "REGULARS_DATABASE_KIND": database.kind()}
        call_command("migrate", verbosity=0)
        if "REGULARS_PUBLIC_ADDRESS" not in os.environ:
            env["REGULARS_PUBLIC_ADDRESS"] = f"http://127.0.0.1:{options['port']}"
        children = [processes.worker(env), processes.web(options["port"], env, host=options["host"])]
        address = env.get("REGULARS_PUBLIC_ADDRESS", settings.PUBLIC_ADDRESS)
        raise SystemExit(
            asyncio.run(
                supervisor.supervise(children, stop_order=["web", "worker"], on_ready=lambda: self._greet(address))
            )
        )

    def _greet(self, address: str) -> None:
        self.stdout.write(f"Regulars answers at {address}/ (back office: {address}/backoffice/). Ctrl-C stops it.")
