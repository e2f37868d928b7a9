"""Makes the programme of an installation that has none, as the page of the first visit does."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.loyalty.programme import actions as programmes
from regulars.loyalty.subscriptions import actions as subscriptions


class Command(BaseCommand):
    """`regulars programme NAME`."""

    help = "Make the programme of an installation that has none."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say where it is at home; currency and country stay as they are chosen."""
        parser.add_argument("name", help="as members see it")
        parser.add_argument("--currency", required=True, help="money at the tills, such as GBP")
        parser.add_argument(
            "--country", required=True, help="where phone numbers without a country are from, such as GB"
        )
        parser.add_argument("--time-zone", required=True, help="such as Europe/London")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say why it cannot be made."""
        try:
            made = programmes.create(
                options["name"], currency=options["currency"], region=options["country"], time_zone=options["time_zone"],
                by=Actor.system("programme"), at=clock.now(),
            )  # fmt: skip
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        subscriptions.add_base_types()
        self.stdout.write(f"“{made.name}” is open.")
