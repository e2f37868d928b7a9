"""Makes a key of a till for scripts: the key alone on the standard output, everything else beside it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from regulars.access.keys import PREFIXES
from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.loyalty.stores import actions as stores


class Command(BaseCommand):
    """`regulars key --store CODE --till CODE`."""

    help = "Make a key of a till and print it, this once; a store or till that is missing is added."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say whose key, and what for."""
        parser.add_argument(
            "--kind", choices=list(PREFIXES), default="test", help="how far what the till does may reach"
        )
        parser.add_argument("--store", default="1", help="the store's code")
        parser.add_argument("--till", default="1", help="the till's code within the store")
        parser.add_argument("--partner", default="", help="the company's code, where there are several")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say why it cannot be made."""
        by, at = Actor.system("key"), clock.now()
        try:
            till = stores.provide_till(options["partner"], store=options["store"], till=options["till"], by=by, at=at)
            key = stores.issue_key(till, kind=options["kind"], by=by, at=at)
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stderr.write(f"A key ({options['kind']}) of {till}, {till.store}. It is shown this once.")
        self.stdout.write(key)
