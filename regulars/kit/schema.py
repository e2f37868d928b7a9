"""What migrations leave to be settled: the application's role, its grants, and keys that contain the distribution column.

A model may say three things about its table. `append_only = True`: the application may insert and read, never change or
delete. `distributed_by = "member_id"`: the primary key becomes (member_id, id), so that the table can be spread over many
machines (Citus wants the distribution column in every unique and foreign key). `references = {"lot_id": "…_lot"}`: a foreign
key to a table distributed by the same column.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

ROLE = "regulars_app"
_CREATE_ROLE = f"""
do $$ begin
  if not exists (select 1 from pg_roles where rolname = '{ROLE}') then create role {ROLE} nologin; end if;
exception when duplicate_object or unique_violation then null; end $$;
"""
_GRANTS = f"""
grant {ROLE} to current_user;
grant usage on schema public to {ROLE};
grant select, insert, update, delete on all tables in schema public to {ROLE};
grant usage, select on all sequences in schema public to {ROLE};
grant execute on all functions in schema public to {ROLE};
revoke insert, update, delete on django_migrations from {ROLE};
"""


def settle(connection: BaseDatabaseWrapper) -> None:
    """Make role, keys and grants agree with the models; repeatable, run as the owner after every migration."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE_ROLE)
        for model in _models():
            if column := getattr(model, "distributed_by", ""):
                _distribute(cursor, model, column)
        for model in _models():
            for column, target in getattr(model, "references", {}).items():
                _reference(cursor, model, column, target)
        cursor.execute(_GRANTS)
        for table in append_only_tables():
            cursor.execute(f"revoke update, delete, truncate on {table} from {ROLE}")


def sign(connection: BaseDatabaseWrapper, release: str, harmless: Sequence[str]) -> None:
    """Write down which release brought the schema up to date, and which steps older releases need not know.

    As a comment, which dumps take along and every release can read.
    """
    with connection.cursor() as cursor:
        said = json.dumps({"release": release, "harmless": sorted(harmless)})
        cursor.execute("comment on table django_migrations is %s", [said])


def tables() -> list[str]:
    """All tables of the models."""
    return [model._meta.db_table for model in _models()]


def append_only_tables() -> list[str]:
    """The tables whose history the application cannot change."""
    return [model._meta.db_table for model in _models() if getattr(model, "append_only", False)]


def _models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.managed]


def _distribute(cursor: Any, model: type[models.Model], column: str) -> None:
    table, key = model._meta.db_table, model._meta.pk
    assert key is not None
    assert key.column is not None
    wanted = [column] if key.column == column else [column, key.column]
    cursor.execute(
        """select c.conname, array_agg(a.attname::text order by k.ord) from pg_constraint c
             cross join unnest(c.conkey) with ordinality k(num, ord)
             join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.num
            where c.conrelid = %s::regclass and c.contype = 'p' group by c.conname""",
        [table],
    )
    name, columns = cursor.fetchone()
    if columns != wanted:
        listed = ", ".join(wanted)
        cursor.execute(f"alter table {table} drop constraint {name}, add constraint {table}_pk primary key ({listed})")
        if key.column not in wanted[:1]:
            cursor.execute(f"create index if not exists {table}_by_id on {table} ({key.column})")


def _reference(cursor: Any, model: type[models.Model], column: str, target: str) -> None:
    table, home = model._meta.db_table, getattr(model, "distributed_by", "")
    name = f"{table}_{column}_fk"
    cursor.execute("select 1 from pg_constraint where conname = %s", [name])
    if cursor.fetchone() is None:
        cursor.execute(
            f"alter table {table} add constraint {name} foreign key ({home}, {column})"
            f" references {target} ({home}, id) deferrable initially deferred"
        )
