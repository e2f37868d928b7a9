"""`regulars upgrade`: a backup, then the schema of this release; `--check` only says what that would mean."""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db.migrations.migration import Migration

from regulars import database
from regulars.kit import clock, schema_state, schema_steps
from regulars.kit.schema_steps import Effect, Lock
from regulars.management.backup import making, programs

_ROWS = "select greatest(reltuples, 0)::bigint from pg_class where oid = to_regclass(%s)"


class Command(BaseCommand):
    """Brings the database to this release."""

    help = "Back up, then bring the database to this release; --check says what would be done, and changes nothing."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say whether only to look, and where the backup goes."""
        parser.add_argument(
            "--check", action="store_true", help="say from where to where, what it locks, and the way back"
        )
        parser.add_argument("--no-backup", action="store_true", help="make no backup first")
        parser.add_argument(
            "--backup", type=Path, metavar="FILE", help="where the backup goes (default: the home folder)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what it means, and do it."""
        with schema_state.connected_as_owner() as link:
            if unknown := schema_state.unknown_to_us(link):
                standing = schema_state.Standing(unknown=tuple(unknown))
                raise CommandError(f"{standing.sentence} To go on, {standing.fix}.")
            applied = schema_state.applied_to(link)
            pending = schema_state.pending_after(applied)
            for line in _explain(link, pending):
                self.stdout.write(line)
        if options["check"] or not pending:
            return
        if applied and not options["no_backup"]:
            self._back_up(options["backup"] or _place(clock.now()))
        call_command("migrate", verbosity=0)
        self.stdout.write(
            f"The database is at Regulars {version('regulars')} now. Start the web server and the worker anew."
        )

    def _back_up(self, file: Path) -> None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            made = making.make(file, at=clock.now())
        except (making.BackupNotPossible, programs.ToolMissing, programs.ToolFailed) as error:
            raise CommandError(f"Nothing was changed, for the backup failed. {error}") from error
        self.stdout.write(f"The way back: regulars restore --replace {database_name()} {made.file}")


def database_name() -> str:
    """The name of the database in use."""
    from django.db import connections

    return str(connections["default"].settings_dict["NAME"])


def _place(at: datetime) -> Path:
    return database.home() / "backups" / f"before-upgrade-{at:%Y%m%d-%H%M%S}.backup"


def _explain(link: psycopg.Connection[Any], pending: list[Migration]) -> Iterator[str]:
    """From, to, the steps with what they lock, and the way back."""
    release = schema_state.signature_of(link).release or "an earlier landing"
    if not pending:
        yield f"The database is at Regulars {version('regulars')} already: nothing to do."
        return
    if len(pending) == len(schema_state.in_order()):
        yield f"The database is empty: {len(pending)} steps make it one of Regulars {version('regulars')}."
        return
    steps = f"{len(pending)} step{'' if len(pending) == 1 else 's'}"
    yield f"From Regulars {release} to {version('regulars')}: {steps}."
    plan = schema_steps.plan(pending)
    for migration, effects in plan:
        yield f"  {migration.app_label}.{migration.name}"
        is_told = not getattr(migration, "is_harmless", False)
        for words in dict.fromkeys(_locks(link, migration.app_label, effects if is_told else ())):
            yield f"      {words}"
    harmful = [f"{one.app_label}.{one.name}" for one, effects in plan if not schema_steps.is_harmless(one, effects)]
    if harmful:
        yield f"The way back: only by restoring the backup, because of {', '.join(harmful)}."
    else:
        yield "The way back: the earlier release can go on working on this database as it will be; nothing needs restoring."


def _locks(link: psycopg.Connection[Any], app_label: str, effects: Sequence[Effect]) -> Iterator[str]:
    for effect in effects:
        if effect.lock is Lock.NONE:
            continue
        table = _table(app_label, effect.model)
        row = link.execute(_ROWS, [table]).fetchone() if table else None
        about = f" (about {row[0]:,} rows)" if row and row[0] and effect.lock is not Lock.BLINK else ""
        yield f"{table or 'the database'}{about}: {effect.lock}"


def _table(app_label: str, model: str) -> str:
    try:
        return apps.get_model(app_label, model)._meta.db_table if model else ""
    except LookupError:
        return f"{app_label}_{model}".lower()
