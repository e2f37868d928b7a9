"""A backup is one whole file of one instant; restored, it is all there, it agrees, and it sends nothing by itself."""

import json
import stat
import tarfile
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from regulars.journal import actions as journal
from regulars.kit import backups, clock, schema_state
from regulars.loyalty.mailings import sending
from regulars.loyalty.mailings.models import Mailing
from regulars.loyalty.members.models import Member
from regulars.loyalty.notifications import actions as notifications
from regulars.loyalty.points.events import PointsAccrued
from regulars.loyalty.points.models import Balance
from regulars.management.backup import archive, loading, programs
from regulars.management.backup.archive import Archive
from regulars.messages import actions as messages
from regulars.messages.models import Message
from regulars.providers import actions as providers
from regulars.providers import queries
from regulars.providers.models import Gateway
from regulars.runs.models import Run
from tests import cast, conftest, make
from tests.loyalty.mailings import post
from tests.loyalty.points import book
from tests.management.own_database import own_database, point_at

TABLES = "select count(*) from pg_tables where schemaname = 'public'"


@pytest.fixture
def home(
    django_db_setup: None, django_db_blocker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A database of its own with a small shop in it, and a home folder; answers the database's name."""
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    with django_db_blocker.unblock(), own_database() as name:
        book.accrue(cast.anna().member, 500)
        yield name


def said(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=out)
    return out.getvalue()


def one(question: str, name: str) -> Any:
    with conftest._server(name) as link:
        row = link.execute(question).fetchone()
        assert row is not None
        return row[0]


def test_a_backup_is_one_file_that_only_its_owner_reads_and_the_doctor_hears_of_it(home: str, tmp_path: Path) -> None:
    file = tmp_path / "today.backup"

    told = said("backup", str(file))

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []
    with tarfile.open(file) as opened:
        assert opened.getnames() == ["database.dump", "secrets.json", "settings.json", "manifest.json"]
    with Archive(file) as read:
        read.check()
        assert read.manifest["counts"]["loyalty_members_member"] == 1
        assert read.json("secrets.json")["secret_key"] == "only-for-tests"
        assert "only-for-tests" not in json.dumps(read.json("settings.json"))
    made = backups.last()
    assert made is not None
    assert (made.file, made.octets) == (str(file), file.stat().st_size)
    assert "only you can read it" in told
    with pytest.raises(CommandError, match="is there already"):
        said("backup", str(file))
    said("backup", str(file), "--replace")


def test_a_backup_that_fails_leaves_no_file(home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "today.backup"
    real = programs.read

    def half(command: Any, env: Any) -> Iterator[bytes]:
        yield next(iter(real(command, env)))[:100]
        raise programs.ToolFailed("pg_dump failed: the server went away")

    monkeypatch.setattr(programs, "read", half)

    with pytest.raises(CommandError, match="the server went away"):
        said("backup", str(file))

    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []
    assert backups.last() is None


def test_what_a_killed_backup_has_left_is_cleared_away_by_the_next(home: str, tmp_path: Path) -> None:
    leftover = tmp_path / ".today.backup.12345.part"
    leftover.write_bytes(b"half")

    said("backup", str(tmp_path / "today.backup"))

    assert not leftover.exists()


@pytest.mark.parametrize("harm", ["cut", "changed", "nothing", "text"])
def test_a_file_that_is_not_whole_is_refused_before_anything_is_done(home: str, tmp_path: Path, harm: str) -> None:
    file = tmp_path / "today.backup"
    said("backup", str(file))
    content = bytearray(file.read_bytes())
    content[5_000] ^= 1
    file.write_bytes(
        {"cut": bytes(content[: len(content) // 2]), "changed": bytes(content), "nothing": b"", "text": b"hello"}[harm]
    )

    with pytest.raises(CommandError, match=r"damaged|no backup"):
        said("restore", str(file), "--into", f"{home}_new")

    with conftest._server() as server:
        assert server.execute("select 1 from pg_database where datname = %s", [f"{home}_new"]).fetchone() is None


def test_a_backup_comes_back_and_what_may_have_been_sent_since_is_put_aside(home: str, tmp_path: Path) -> None:
    file = tmp_path / "today.backup"
    _leave_things_in_the_air()

    said("backup", str(file))
    told = said("restore", str(file), "--into", f"{home}_new")
    point_at(f"{home}_new")

    assert "Of unknown fate: 4 messages; paused: 1 runs; drafts again: 1 mailings." in told
    assert set(Message.objects.values_list("state", "reason")) == {("unknown", "restored")}
    held = queries.find_hold()
    assert held is not None
    assert held.reason.startswith("Restored from a backup of ")
    assert held.put_aside == {"messages": 4, "runs": 1, "mailings": 1}
    run = Run.objects.get()
    assert (run.is_held, "Restored from a backup" in run.trouble) == (True, True)
    assert Mailing.objects.get(name="Due").state == "draft"
    assert Mailing.objects.get(name="Next year").state == "scheduled"
    assert Balance.objects.get().available == 500
    assert one("select last_value from messages_message_id_seq", f"{home}_new") > 1_000_000
    assert Message.objects.filter(origin__startswith="event:").count() == 2, "the reaction that waited was run"


def test_after_the_release_nothing_of_it_leaves_by_itself(home: str, tmp_path: Path) -> None:
    file = tmp_path / "today.backup"
    _leave_things_in_the_air()
    said("backup", str(file))
    said("restore", str(file), "--into", f"{home}_new")
    point_at(f"{home}_new")
    before, gateway_id = Message.objects.count(), Gateway.objects.get().pk
    journal.hasten()

    providers.release_sending(by=make.BY, at=clock.now())
    journal.relay(at=clock.now())
    messages.recover(by=make.BY, at=clock.now(), repeat_after_s=0)
    sending.send_due(clock.now())

    assert Message.objects.count() == before
    assert not Message.objects.exclude(state="unknown").exists()
    assert post.claim(gateway_id) == []


def test_a_database_with_something_in_it_is_not_touched(home: str, tmp_path: Path) -> None:
    file = tmp_path / "today.backup"
    said("backup", str(file))

    with pytest.raises(CommandError, match=f"--replace {home}"):
        said("restore", str(file))
    with pytest.raises(CommandError, match=f"called {home}"):
        said("restore", str(file), "--replace", "another")

    assert queries.find_hold() is None


def test_in_place_the_database_from_before_is_kept_under_another_name(home: str, tmp_path: Path) -> None:
    file = tmp_path / "today.backup"
    said("backup", str(file))
    late = make.member()

    told = said("restore", str(file), "--replace", home)

    kept = told.partition("is kept as ")[2].split(".")[0]
    assert one("select count(*) from loyalty_members_member", home) == 1
    assert one(f"select count(*) from loyalty_members_member where public_id = '{late.public_id}'", kept) == 1


def test_while_somebody_else_is_connected_nothing_is_restored(home: str, tmp_path: Path) -> None:
    file = tmp_path / "today.backup"
    said("backup", str(file))

    with conftest._server(home), pytest.raises(CommandError, match="stop Regulars"):
        said("restore", str(file), "--replace", home)


def test_an_empty_database_takes_a_backup_also_after_a_restore_that_was_cut_off(home: str, tmp_path: Path) -> None:
    file = tmp_path / "today.backup"
    said("backup", str(file))

    with own_database(is_empty=True) as fresh:
        with Archive(file) as read, schema_state.connected_as_owner() as link:
            loading.load(read, fresh, chosen=programs.choose(programs.major_of(link)))  # and then the power is gone
        standing = schema_state.look(anew=True)
        with pytest.raises(CommandError, match="did not come to its end"):
            call_command("migrate", verbosity=0)
        with pytest.raises(CommandError, match="did not come to its end"):
            said("backup", str(tmp_path / "another.backup"))
        said("restore", str(file))

        assert "did not come to its end" in standing.sentence
        assert schema_state.look(anew=True).is_current
        assert one("select count(*) from loyalty_members_member", fresh) == 1


def test_a_script_that_breaks_off_leaves_the_database_empty(home: str, tmp_path: Path) -> None:
    file, short = tmp_path / "today.backup", tmp_path / "short.backup"
    said("backup", str(file))
    with Archive(file) as read, archive.Draft(short) as draft:
        dump = b"".join(read.chunks(archive.DATABASE))
        draft.add(archive.DATABASE, [dump[: len(dump) // 2]])
        draft.publish(read.manifest)

    with own_database(is_empty=True) as fresh, Archive(short) as read:
        with schema_state.connected_as_owner() as link:
            chosen = programs.choose(programs.major_of(link))
        with pytest.raises(programs.ToolFailed):
            loading.load(read, fresh, chosen=chosen)

        assert one(TABLES, fresh) == 0


def test_a_backup_of_a_newer_release_is_refused(home: str, tmp_path: Path) -> None:
    file = tmp_path / "today.backup"
    with conftest._server(home) as owner:
        owner.execute("insert into django_migrations (app, name, applied) values ('providers', '0099_later', now())")
        owner.execute("""comment on table django_migrations is '{"harmless": ["providers.0099_later"]}'""")
    said("backup", str(file))

    with pytest.raises(CommandError, match=r"newer release.*providers\.0099_later"):
        said("restore", str(file), "--into", f"{home}_new")


def test_verifying_leaves_nothing_behind_and_fails_when_the_book_does_not_balance(home: str, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.backup", tmp_path / "bad.backup"
    said("backup", str(good))
    with conftest._server(home) as owner:
        owner.execute("update loyalty_points_balance set available = available + 1")
    said("backup", str(bad))

    told = said("restore", "--verify", str(good))
    with pytest.raises(SystemExit) as ended:
        said("restore", "--verify", str(bad))

    assert "This backup can be restored" in told
    assert ended.value.code == 1
    with conftest._server() as server:
        assert (
            server.execute("select 1 from pg_database where starts_with(datname, 'regulars_verify_')").fetchone()
            is None
        )


def test_a_restored_secret_key_verifies_the_links_of_before(
    home: str, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "today.backup"
    said("backup", str(file))
    monkeypatch.delenv("REGULARS_SECRET_KEY")
    settings.SECRET_KEY = "made for the new machine"

    told = said("restore", str(file), "--replace", home)

    assert (tmp_path / "home" / "secret_key").read_text() == "only-for-tests"
    assert "The secret key is back" in told


def _leave_things_in_the_air() -> None:
    """A message that waits and one on its way, a run of these, an event's message, a reaction that will make one, and mailings."""
    gateway_id, anna = post.gateway(), Member.objects.get()
    make.member()
    post.started(name="Autumn")
    post.hand_over(post.claim(gateway_id, 1), gateway_id)
    for name, starts_at in (("Due", clock.now() - timedelta(seconds=1)), ("Next year", post.soon(9_000))):
        mailing = post.draft(name=name)
        Mailing.objects.filter(pk=mailing.pk).update(state="scheduled", scheduled_at=starts_at)
    texts, at = {"en": "+{{ points }}"}, clock.now()
    notifications.set_rule(
        "loyalty.PointsAccrued", channel="sms", mailing_type="accrual", texts=texts, by=make.BY, at=at
    )
    happened = PointsAccrued(anna.pk, 48, 548, "points", "pur_1")
    journal.record(happened, person_id=anna.public_id, by=make.BY, at=at)
    while journal.relay(at=clock.now()):
        pass
    journal.record(happened, person_id=anna.public_id, by=make.BY, at=at)
