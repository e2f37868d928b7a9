"""`regulars import`: moves an existing programme in from a folder of CSV files; looks first, and changes nothing until told."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.loyalty.imports import actions
from regulars.loyalty.imports.outcome import Look, RowError
from regulars.management import moving_in

BY = Actor.system("import")


class Command(BaseCommand):
    """Shows what a folder would bring, names every error, and with `--apply` brings it; nobody is sent anything."""

    help = "Move an existing programme in from a folder of CSV files; without --apply it only looks."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say from where, and how far to go."""
        parser.add_argument("folder", type=Path, help="where the files are; docs/howto/move-in.md says which")
        parser.add_argument("--apply", action="store_true", help="move in what is new; the same again changes nothing")
        parser.add_argument("--skip-wrong", action="store_true", help="with --apply: leave wrong rows behind")
        parser.add_argument("--errors", type=Path, help="write all errors into this CSV file")
        parser.add_argument(
            "--rejected", type=Path, help="write the rows that are wrong into this folder, with the reason"
        )
        parser.add_argument("--show", type=int, default=20, help="how many errors to show (default: 20)")
        parser.add_argument("--json", action="store_true", help="print one line of JSON on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, report, and apply if asked; fails when anything is wrong and not left behind on purpose."""
        began = time.monotonic()
        try:
            with actions.look(options["folder"], is_to_apply=options["apply"], at=clock.now()) as found:
                errors, is_more = moving_in.first_errors(options["show"])
                if not options["json"]:
                    self._tell(found, errors, is_more)
                self._write(found, options)
                is_good = not found.refused and (not found.wrong or options["skip_wrong"])
                if options["apply"] and is_good:
                    self._apply(found, options)
                if options["json"]:
                    told = moving_in.report(
                        found, errors, is_applied=options["apply"] and is_good, seconds=time.monotonic() - began
                    )
                    self.stdout.write(orjson.dumps(told).decode())
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self._end(found, options, is_good=is_good, seconds=time.monotonic() - began)

    def _tell(self, found: Look, errors: list[RowError], is_more: bool) -> None:
        for line in moving_in.totals(found):
            self.stdout.write(line)
        for note in found.notes:
            self.stdout.write(f"Note: {note}")
        for error in errors:
            self.stdout.write(moving_in.sentence(error))
        if is_more:
            self.stdout.write("… and more; all of them: --errors FILE")

    def _write(self, found: Look, options: dict[str, Any]) -> None:
        if options["errors"]:
            count = moving_in.write_errors(options["errors"])
            self._say(f"{count:,} errors written to {options['errors']}")
        if options["rejected"]:
            written = moving_in.write_rejected(found, options["rejected"])
            self._say(f"Rejected rows written to {options['rejected']}: {', '.join(written) or 'none'}")

    def _apply(self, found: Look, options: dict[str, Any]) -> None:
        if interrupted := actions.find_interrupted(found):
            self._say(
                f"An import of these files was interrupted after {interrupted.done:,} of {interrupted.new:,} rows; it goes on."
            )
        actions.apply(found, skip_wrong=options["skip_wrong"], by=BY, at=clock.now(), tell=self._progress)

    def _progress(self, file: str, done: int, new: int) -> None:
        is_terminal = sys.stderr.isatty()
        if is_terminal or done == new:
            self.stderr.write(f"{file}: {done:,} of {new:,}", ending="\r" if is_terminal and done < new else "\n")

    def _end(self, found: Look, options: dict[str, Any], *, is_good: bool, seconds: float) -> None:
        if not is_good and found.refused:
            raise CommandError(f"{', '.join(file.name for file in found.refused)} cannot be read. Nothing was changed.")
        if not is_good:
            raise CommandError(
                f"{found.wrong:,} rows are wrong. Nothing was changed."
                " Correct them, or leave them behind with --apply --skip-wrong."
            )
        if options["apply"]:
            self._say(f"{found.new:,} rows moved in within {seconds:.0f} s.")
        else:
            self._say("Nothing was changed: this was a look. To move in, add --apply.")

    def _say(self, sentence: str) -> None:
        self.stderr.write(sentence)
