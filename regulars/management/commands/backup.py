"""`regulars backup FILE`: everything in one file, while the installation runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from regulars.kit import clock
from regulars.management.backup import making, programs


class Command(BaseCommand):
    """Makes a backup: database, secret key, files, settings, checksums."""

    help = "Write a backup to one file, as of one instant; nothing is stopped for it."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say where to."""
        parser.add_argument("file", type=Path, help="the file to write; there must be none of that name")
        parser.add_argument(
            "--replace", action="store_true", help="put it in the place of an older one, when it is whole"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it, and say what is in it."""
        try:
            made = making.make(options["file"], is_replacing=options["replace"], at=clock.now())
        except (making.BackupNotPossible, programs.ToolMissing, programs.ToolFailed) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be written: {error.strerror or error}.") from error
        self.stdout.write(
            f"{made.file}: {made.octets / 1_000_000:,.1f} MB, all as of {made.made_at:%Y-%m-%d %H:%M:%S} UTC."
        )
        self.stdout.write("It holds the secret key and personal data: only you can read it; keep it so.")
        self.stdout.write(f"See whether it can be restored: regulars restore --verify {options['file']}")
