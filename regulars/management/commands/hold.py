"""`regulars hold`: nothing is sent from now on, until it is released."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.messages import queries as messages
from regulars.providers import actions, queries


class Command(BaseCommand):
    """Holds all sending, with a reason that every employee reads."""

    help = "Hold all sending, one-time codes included, until `regulars release`; every page for staff says why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say why."""
        parser.add_argument("--reason", required=True, help="why, in a sentence; every employee reads it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Hold, and say how many messages wait."""
        if known := queries.find_hold():
            raise CommandError(
                f"All sending is held already, since {known.since_at:%Y-%m-%d %H:%M} UTC: {known.reason}"
            )
        try:
            actions.hold_sending(options["reason"], by=Actor.system("hold"), at=clock.now())
        except actions.ReasonNeeded as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            f"All sending is held; {messages.count_waiting():,} messages wait. Let it go on: regulars release"
        )
