"""Runs the stand-in providers on loopback, for the demo and for tests."""

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from regulars.sandbox import serving


class Command(BaseCommand):
    """`regulars sandbox`: an SMSC and a mail server of our own that keep records and can be told to misbehave."""

    help = "Run the stand-in providers on loopback: an SMSC that speaks SMPP 3.4 and, if wanted, a mail server."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Say where to listen and where to write."""
        parser.add_argument("--port", type=int, default=2775, help="port of SMPP")
        parser.add_argument("--control-port", type=int, default=2776, help="port where it is told how to behave")
        parser.add_argument("--smtp-port", type=int, default=0, help="port of the mail server; 0 is none")
        parser.add_argument("--record", type=Path, required=True, help="file that keeps every accepted text")
        parser.add_argument(
            "--mail-record", type=Path, help="file that keeps every accepted mail, else beside --record"
        )
        parser.add_argument("--system-id", default="regulars")
        parser.add_argument("--password", default="sandbox")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C."""
        with contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt):
            asyncio.run(_serve(options))


async def _serve(options: dict[str, Any]) -> None:
    running = asyncio.ensure_future(
        serving.run(
            port=options["port"],
            control_port=options["control_port"],
            smtp_port=options["smtp_port"] or None,
            record=options["record"],
            mail_record=options["mail_record"],
            system_id=options["system_id"],
            password=options["password"],
        )
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    await running
