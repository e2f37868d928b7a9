"""What a migration does to a database in use: which tables it locks and for how long, and whether older programs go on."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db.migrations import operations as ops
from django.db.migrations.migration import Migration
from django.db.models import NOT_PROVIDED


class Lock(StrEnum):
    """How long a table is locked; the value is the end of a sentence that begins with the table's name."""

    NONE = ""
    BLINK = "locked for a blink"
    READ = "not written to while an index is built"
    CHECK = "locked while all its rows are looked at"
    REWRITE = "locked while all its rows may be written anew"
    UNKNOWN = "changed by a statement of its own: read the migration"


@dataclass(frozen=True, slots=True)
class Effect:
    """One operation: on which model, what it locks, and whether the release before can work on what comes out."""

    model: str
    lock: Lock
    is_harmless: bool


_NOTHING = (
    ops.AlterModelOptions,
    ops.AlterModelManagers,
    ops.CreateModel,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
_TAKEN_AWAY = (ops.RemoveField, ops.DeleteModel, ops.RenameField, ops.RenameModel, ops.AlterModelTable)
_LOCKS: dict[type[Any], tuple[Lock, bool]] = {
    ops.AddIndex: (Lock.READ, True),
    ops.RemoveIndex: (Lock.BLINK, True),
    ops.RenameIndex: (Lock.BLINK, True),
    ops.RemoveConstraint: (Lock.BLINK, True),
    ops.AddConstraint: (Lock.CHECK, False),
    ops.AlterUniqueTogether: (Lock.CHECK, False),
    ops.AlterField: (Lock.REWRITE, False),
}


def effects_of(migration: Migration, new: Collection[str] = ()) -> list[Effect]:
    """What a migration does, operation by operation; what it does to `new` tables locks nobody out and is left out."""
    made = {*new, *(one.name.lower() for one in migration.operations if isinstance(one, ops.CreateModel))}
    found = [effect for one in migration.operations for effect in _effects(one, migration)]
    return [one for one in found if one.model.lower() not in made]


def plan(pending: Sequence[Migration]) -> list[tuple[Migration, list[Effect]]]:
    """What these migrations do one after the other: tables that one of them makes are new for those that follow."""
    new: dict[str, set[str]] = {}
    steps = []
    for migration in pending:
        its = new.setdefault(migration.app_label, set())
        effects = effects_of(migration, its)
        its |= {one.name.lower() for one in migration.operations if isinstance(one, ops.CreateModel)}
        steps.append((migration, [] if _is_of_new_app(migration, pending) else effects))
    return steps


def _is_of_new_app(migration: Migration, pending: Sequence[Migration]) -> bool:
    """Whether the program before did not have the app at all, so that nothing of it can be in anybody's way."""
    return any(one.app_label == migration.app_label and one.initial for one in pending)


def is_harmless(migration: Migration, effects: Sequence[Effect] | None = None) -> bool:
    """Whether the release before can go on working on the database after it.

    A migration with statements of its own says so itself, by `is_harmless = True` in its class.
    """
    if (said := getattr(migration, "is_harmless", None)) is not None:
        return bool(said)
    return all(one.is_harmless for one in (effects_of(migration) if effects is None else effects))


def _effects(operation: Any, migration: Migration) -> Iterator[Effect]:
    if isinstance(operation, ops.SeparateDatabaseAndState):
        for inner in operation.database_operations:
            yield from _effects(inner, migration)
        return
    if isinstance(operation, _NOTHING):
        return
    model = str(getattr(operation, "model_name", "") or getattr(operation, "name", "") or "")
    if isinstance(operation, ops.AddField):
        yield Effect(model, Lock.BLINK, _may_be_left_out(operation.field))
    elif isinstance(operation, _TAKEN_AWAY):
        yield Effect(model, Lock.BLINK, False)
    elif (known := _LOCKS.get(type(operation))) is not None:
        yield Effect(model, *known)
    else:
        yield Effect(model, Lock.UNKNOWN, False)


def _may_be_left_out(field: Any) -> bool:
    """Whether a program that does not know the column can still add rows."""
    return bool(field.null or field.many_to_many or field.db_default is not NOT_PROVIDED)
