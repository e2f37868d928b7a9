"""`regulars release`: sending goes on."""

from typing import Any

from django.core.management.base import BaseCommand

from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.messages import queries as messages
from regulars.providers import actions, queries


class Command(BaseCommand):
    """Releases what `hold`, an employee or a restore has held."""

    help = "Let sending go on after a hold."

    def handle(self, *args: Any, **options: Any) -> None:
        """Release, and say what leaves now."""
        known = queries.find_hold()
        if known is None:
            self.stdout.write("Nothing was held: messages are being sent.")
            return
        actions.release_sending(by=Actor.system("release"), at=clock.now())
        self.stdout.write(
            f"Sending goes on; {messages.count_waiting():,} messages wait. It was held because: {known.reason}"
        )
