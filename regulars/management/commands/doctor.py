"""`regulars doctor`: looks whether everything is well, and says for each thing that is not what mends it."""

import sys
from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from regulars import database, variables
from regulars.installation import database as its_database
from regulars.kit import checks, schema_state
from regulars.kit.checks import Finding, State
from regulars.kit.embedded_postgres import CannotStart

SIGNS = {State.OK: "✓ ok", State.WARNING: "! warning", State.FAILED: "✗ failed", State.SKIPPED: "– skipped"}
COLOURS = {State.OK: "32", State.WARNING: "33", State.FAILED: "31;1", State.SKIPPED: "2"}


class Command(BaseCommand):
    """One line for each check, below it the command that mends what is not well; ends with 1 when something failed."""

    help = "Look whether everything is well, and say what mends what is not; needs no internet and changes nothing."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what to look at, and for whom to write."""
        parser.add_argument("check", nargs="*", help="names of checks (default: all)")
        parser.add_argument("--json", action="store_true", help="print one JSON document for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask all checks, whatever is broken, and print what they found."""
        _find_database()
        found = checks.run(_now(), systems=settings.SYSTEMS, only=options["check"])
        if options["json"]:
            self.stdout.write(orjson.dumps({"findings": [asdict(one) for one in found]}).decode())
        else:
            self._print(found)
        connections.close_all()
        if not found or any(one.state is State.FAILED for one in found):
            sys.exit(1)

    def _print(self, found: list[Finding]) -> None:
        is_coloured = self.stdout.isatty()
        for one in found:
            sign = f"{SIGNS[one.state]:10}"
            sign = f"\x1b[{COLOURS[one.state]}m{sign}\x1b[0m" if is_coloured else sign
            self.stdout.write(f"{sign} {one.name:18} {one.sentence}")
            if one.fix:
                self.stdout.write(f"{'':10} {'':18} → {one.fix}")
        counted = Counter(one.state for one in found)
        self.stdout.write(
            ", ".join(f"{counted[state]} {state}" for state in State if counted[state]) or "no such check"
        )


def _find_database() -> None:
    """Start or join the PostgreSQL that comes along; where that fails, the check says so."""
    try:
        database.start()
    except CannotStart as trouble:
        finding = its_database.unreachable(str(trouble).splitlines()[0])
        checks.register("database", lambda at: finding, needs="variables")
    except (variables.VariableNotPossible, KeyError, OSError):
        pass  # the settings cannot be read, and the check of the variables says so


def _now() -> datetime:
    """The database's time, or this machine's when the database is away; asked without the pool, which would wait for it."""
    try:
        with schema_state.connected_as_owner(connect_timeout=4) as link:
            row = link.execute("select clock_timestamp()").fetchone()
    except Exception:
        row = None
    return datetime.now(UTC) if row is None else row[0]
