"""`regulars config`: what is set, by whom, and what it does."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

import orjson
from django.core.management.base import BaseCommand

from regulars import variables
from regulars.installation import effective, given


class Command(BaseCommand):
    """Prints each variable with the value that is used and where it comes from."""

    help = "Print what is set: each variable with the value that is used and where it comes from, secrets masked."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say for whom to write."""
        parser.add_argument("--json", action="store_true", help="print one JSON document for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print all variables, then the names that mean nothing."""
        settings = list(effective.list_all())
        unknown = list(variables.list_unknown())
        if options["json"]:
            told = {
                "settings": [asdict(one) for one in settings],
                "unknown": [{"name": name, "nearest": nearest} for name, nearest in unknown],
            }
            self.stdout.write(orjson.dumps(told).decode())
            return
        for one in settings:
            self.stdout.write(f"{one.name:31} {one.value or '—'}  [{one.source}]")
        for name, nearest in unknown:
            self.stderr.write(given.unknown(name, nearest)[0])
