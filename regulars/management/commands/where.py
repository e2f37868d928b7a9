"""`regulars where`: where everything lies that an installation keeps, and how to remove it."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

import orjson
from django.core.management.base import BaseCommand

from regulars.installation import places


class Command(BaseCommand):
    """Prints places with their sizes, and the commands that remove everything."""

    help = "Print where everything lies that is kept, how large it is, and how to remove all of it."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say for whom to write."""
        parser.add_argument("--json", action="store_true", help="print one JSON document for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the places; nothing is started for it, and nothing removed."""
        found, removal = list(places.list_all()), list(places.removal())
        if options["json"]:
            told = {"places": [asdict(one) for one in found], "removal": removal}
            self.stdout.write(orjson.dumps(told).decode())
            return
        for one in found:
            self.stdout.write(f"{one.what:14} {_size(one.octets):>10}  {one.where}")
        self.stdout.write("\nTo remove everything, stop it first, then:")
        for line in removal:
            self.stdout.write(f"  {line}")


def _size(octets: int | None) -> str:
    if octets is None:
        return ""
    size = float(octets)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
