"""How the schema stands to the code is told before anybody works on it, and one process at a time brings it up to date."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import migrations, models

from regulars.kit import schema_state, schema_steps
from regulars.kit.schema_steps import Lock
from tests import conftest
from tests.chaos.battlefield import _url, env
from tests.management.own_database import own_database

HOLD = (
    "import psycopg, sys, time; link = psycopg.connect(sys.argv[1], autocommit=True);"
    "link.execute('select pg_advisory_lock(%s)', [int(sys.argv[2])]); print('held', flush=True); time.sleep(60)"
)


@pytest.fixture
def database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock(), own_database() as name:
        yield name


def forget_last_step(name: str) -> None:
    """Let the database look as if it lacked the last migration of the holds."""
    with conftest._server(name) as owner:
        owner.execute("drop table providers_hold")
        owner.execute("delete from django_migrations where app = 'providers' and name = '0002_hold'")


def test_a_database_that_is_up_to_date_is_asked_once(database: str) -> None:
    assert schema_state.list_pending() == []
    forget_last_step(database)

    assert schema_state.is_current()
    assert schema_state.look(anew=True).pending == ("providers.0002_hold",)


def test_an_older_one_says_what_it_lacks_and_what_helps(database: str) -> None:
    forget_last_step(database)

    standing = schema_state.look(anew=True)

    assert not standing.is_current
    assert standing.sentence == "The database is older than the program: 1 step of the schema to go."
    assert standing.fix == "regulars upgrade"


def test_an_empty_one_lacks_everything(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), own_database(is_empty=True):
        assert len(schema_state.list_pending()) == len(schema_state.in_order())


def test_a_newer_one_is_refused_unless_that_release_says_that_older_ones_may_go_on(database: str) -> None:
    with conftest._server(database) as owner:
        owner.execute("insert into django_migrations (app, name, applied) values ('providers', '0099_later', now())")
        newer = schema_state.look(anew=True)
        with pytest.raises(CommandError, match="newer release"):
            call_command("migrate", verbosity=0)
        owner.execute("""comment on table django_migrations is '{"harmless": ["providers.0099_later"]}'""")

    assert "upgraded by a newer release" in newer.sentence
    assert schema_state.look(anew=True).is_current


def test_two_who_migrate_at_once_do_it_one_after_the_other(database: str) -> None:
    forget_last_step(database)
    words = [sys.executable, "-m", "regulars.cli", "migrate", "-v0"]

    both = [subprocess.Popen(words, env=env(_url(database)), stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [one.communicate(timeout=120)[1] for one in both]

    assert [one.returncode for one in both] == [0, 0], said
    assert schema_state.look(anew=True).is_current


def test_the_lock_of_a_killed_migrator_is_free_at_once(database: str) -> None:
    words = [sys.executable, "-c", HOLD, _url(database), str(schema_state.LOCK)]
    migrator = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert migrator.stdout is not None
    assert migrator.stdout.readline() == "held\n"
    held = schema_state.look(anew=True)
    threading.Timer(0.5, os.kill, [migrator.pid, signal.SIGKILL]).start()

    began = time.monotonic()
    call_command("migrate", verbosity=0)
    migrator.wait()

    assert held.is_in_work
    assert "at this moment" in held.sentence
    assert time.monotonic() - began < 60
    assert schema_state.look(anew=True).is_current


def step(*operations: Any) -> migrations.Migration:
    made = migrations.Migration("0002_made", "loyalty_members")
    made.operations = list(operations)
    return made


@pytest.mark.parametrize(
    ("operation", "lock", "is_harmless"),
    [
        (migrations.AddField("member", "note", models.TextField(null=True)), Lock.BLINK, True),
        (migrations.AddField("member", "note", models.TextField(db_default="")), Lock.BLINK, True),
        (migrations.AddField("member", "note", models.TextField(default="")), Lock.BLINK, False),
        (migrations.RemoveField("member", "note"), Lock.BLINK, False),
        (migrations.AlterField("member", "note", models.TextField()), Lock.REWRITE, False),
        (migrations.AddIndex("member", models.Index(fields=["id"], name="by_id")), Lock.READ, True),
        (
            migrations.AddConstraint("member", models.CheckConstraint(condition=models.Q(id__gt=0), name="positive")),
            Lock.CHECK,
            False,
        ),
        (migrations.RunSQL("update loyalty_members_member set first_name = ''"), Lock.UNKNOWN, False),
    ],
)
def test_what_a_step_locks_and_whether_older_programs_go_on(operation: Any, lock: Lock, is_harmless: bool) -> None:
    made = step(operation)

    assert [effect.lock for effect in schema_steps.effects_of(made)] == [lock]
    assert schema_steps.is_harmless(made) == is_harmless


def test_a_new_table_is_in_nobodys_way() -> None:
    made = step(
        migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddIndex("note", models.Index(fields=["id"], name="by_id")),
    )

    assert schema_steps.effects_of(made) == []
    assert schema_steps.is_harmless(made)
