"""`regulars exchange`: carries news from Loyalty to Smart Communications by files, now."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from regulars.kit import clock
from regulars.management import exchange
from regulars.management.exchange import Exchanged
from regulars.smartcomms.sync.parcels import Taken


class Command(BaseCommand):
    """Writes a parcel where Loyalty runs, and takes in what lies there where Smart Communications runs."""

    help = "Write members and Mailings for Smart Communications into a folder, and take in what lies there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say how much, and where."""
        parser.add_argument("--full", action="store_true", help="write everything, not only what changed")
        parser.add_argument("--folder", type=Path, help="folder of the exchange (default: REGULARS_EXCHANGE_FOLDER)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exchange once and print the totals; a parcel that was refused makes the command fail."""
        done = exchange.run_once(is_full=options["full"], folder=options["folder"], at=clock.now())
        for line in _told(done):
            self.stdout.write(line)
        if refused := [one for one in done.taken if one.fault]:
            raise CommandError(f"{len(refused)} refused; they lie in {done.folder / 'refused'} with the reason.")


def _told(done: Exchanged) -> Iterator[str]:
    yield f"Folder: {done.folder}"
    if (written := done.written) is not None:
        what = "everything" if written.is_full else "what changed"
        yield (
            f"Wrote parcel {written.sequence} with {what}: {written.members:,} members,"
            f" {written.consent_changes:,} changes of Mailings"
        )
    for taken in done.taken:
        yield _said(taken)
        if taken.missing:
            first, last = taken.missing
            yield f"  Parcels {first} to {last} never came: run `regulars exchange --full` where Loyalty runs."


def _said(taken: Taken) -> str:
    if taken.fault:
        return f"Refused {taken.name}: {taken.fault}"
    if taken.is_known:
        return f"Knew {taken.name} already"
    outcome = ", ".join(f"{count:,} {name}" for name, count in taken.outcome.model_dump().items() if count)
    return f"Took {taken.name}: {taken.rows:,} rows ({outcome or 'nothing new'})"
