"""`regulars import_sample`: writes the files of an invented programme, to try `regulars import` with."""

from argparse import ArgumentParser
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from regulars.management import sample
from regulars.management.sample import Sample


class Command(BaseCommand):
    """Invents members with cards, points, consent and a year of receipts; the same seed and day give the same files."""

    help = "Write the files of an invented programme into a folder, to try `regulars import` with."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say how much and where."""
        parser.add_argument("folder", type=Path, help="where to write; files of the same names are replaced")
        parser.add_argument("--members", type=int, default=1000, help="how many members (default: 1000)")
        parser.add_argument("--seed", type=int, default=1, help="another number gives other people (default: 1)")
        parser.add_argument(
            "--until", type=date.fromisoformat, help="the day on which the programme moves (default: today)"
        )
        parser.add_argument("--wrong", type=int, default=0, help="how many members' rows are wrong (default: none)")
        parser.add_argument(
            "--whole-consents", type=int, default=20, help="of how many in a hundred every cell is told (default: 20)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, and say how many rows each file has."""
        wanted = Sample(
            members=options["members"],
            seed=options["seed"],
            until=options["until"] or datetime.now(UTC).date(),
            wrong=options["wrong"],
            whole_consents=options["whole_consents"],
        )
        for name, rows in sample.write(options["folder"], wanted).items():
            self.stdout.write(f"{name}: {rows:,} rows")
