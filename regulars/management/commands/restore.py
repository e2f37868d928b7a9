"""`regulars restore FILE`: a backup becomes a database again, and sends nothing by itself."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from regulars.management.backup import invariants, programs, restoring
from regulars.management.backup.archive import Archive, BackupNotWhole
from regulars.management.backup.restoring import Restored


class Command(BaseCommand):
    """Restores into an empty database, a new one, or in the place of the one in use; or only proves that it could."""

    help = "Restore a backup of this or an earlier release; all sending is held afterwards."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what and where to."""
        parser.add_argument("file", type=Path, help="a file that `regulars backup` has written")
        where = parser.add_mutually_exclusive_group()
        where.add_argument(
            "--verify", action="store_true", help="restore aside, look whether all agrees, throw it away"
        )
        where.add_argument("--into", metavar="NAME", help="restore into a new database of this name on the same server")
        where.add_argument(
            "--replace", metavar="NAME", help="the name of the database in use: put the backup in its place"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, and say what waits for people. Ends with 1 when something in it does not agree."""
        try:
            with Archive(options["file"]) as archive:
                done = _verb(options)(archive, say=self.stdout.write)
        except (BackupNotWhole, restoring.RestoreNotPossible, programs.ToolMissing, programs.ToolFailed) as error:
            raise CommandError(str(error)) from error
        for violation in done.violations:
            self.stderr.write(violation)
        if not done.violations:
            self.stdout.write(
                f"All agrees: {len(invariants.list_sentences())} rules about points, receipts and consent hold."
            )
        if options["verify"]:
            self.stdout.write("This backup can be restored. Nothing of it was kept.")
        else:
            self._tell(done)
        if done.violations:
            raise SystemExit(1)

    def _tell(self, done: Restored) -> None:
        if done.kept_as:
            self.stdout.write(f"The database from before is kept as {done.kept_as}.")
        for remark in done.remarks:
            self.stdout.write(remark)
        assert done.put_aside is not None
        aside = done.put_aside
        self.stdout.write(
            f"All sending is held. Of unknown fate: {aside.messages:,} messages; paused: {aside.runs:,} runs;"
            f" drafts again: {aside.mailings:,} mailings. When you have looked: regulars release"
        )


def _verb(options: dict[str, Any]) -> Callable[..., Restored]:
    if options["verify"]:
        return restoring.verify
    if name := options["into"]:
        return lambda archive, say: restoring.restore_into(archive, name, say=say)
    if name := options["replace"]:
        return lambda archive, say: restoring.restore_in_place(archive, name, say=say)
    return restoring.restore
