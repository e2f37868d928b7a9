"""Runs a benchmark of the checkout's `bench` folder: us and a yardstick in the same run, one line of JSON per size."""

import importlib
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

ROOT = Path(__file__).resolve().parents[3]


class Command(BaseCommand):
    """`regulars bench NAME`."""

    help = "Run a benchmark and print its figures as JSON, a line for each size; needs a clone of the repository."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say which one and how long."""
        parser.add_argument("name", choices=names() or ["none"], help="which benchmark")
        parser.add_argument("--quick", action="store_true", help="a small form within a minute")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each size; a run whose invariants do not hold prints no figure and ends with 1."""
        sys.path.insert(0, str(ROOT))
        bench = importlib.import_module(f"bench.{options['name']}")
        try:
            for line in bench.run(quick=options["quick"]):
                self.stdout.write(orjson.dumps(line).decode())
        except AssertionError as broken:
            raise CommandError(f"The invariants do not hold: {broken}") from broken


def names() -> list[str]:
    """The benchmarks there are: modules of `bench` that can be run."""
    return sorted(path.stem for path in (ROOT / "bench").glob("*.py") if "def run(" in path.read_text())
