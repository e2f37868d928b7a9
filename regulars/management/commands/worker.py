"""`regulars worker`: relays, senders and recovery in one process, until SIGTERM."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from regulars.worker.run import Worker, run_until_told
from regulars.worker.sender import Times


class Command(BaseCommand):
    """Runs what happens by itself: reactions to events, and the sending of messages."""

    help = "Run reactions and send messages until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say how many relays, and how long messages are kept from other senders."""
        parser.add_argument("--relays", type=int, default=1, help="threads that run reactions (default: 1)")
        parser.add_argument(
            "--lease", type=float, default=60, help="seconds a claimed message stays ours (default: 60)"
        )
        parser.add_argument("--grace", type=float, default=30, help="seconds beyond a gateway's time-out (default: 30)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop."""
        run_until_told(Worker(Times(lease_s=options["lease"], grace_s=options["grace"]), options["relays"]))
