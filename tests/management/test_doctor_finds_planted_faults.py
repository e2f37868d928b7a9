"""`regulars doctor` on a healthy installation of real processes, and with each of thirteen faults planted for real."""

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from regulars.kit import embedded_postgres
from tests.management.infirmary import House, healthy_house, waits_since

pytestmark = [pytest.mark.deploy, pytest.mark.xdist_group("doctor")]


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with django_db_blocker.unblock(), healthy_house(tmp_path_factory.mktemp("home")) as made:
        yield made


def test_a_healthy_installation_has_nothing_to_mend(house: House) -> None:
    told = house.doctor()

    assert told.troubles == {}
    assert told.code == 0
    states = {one["name"]: one["state"] for one in told.findings}
    asked = (
        "database",
        "migrations",
        "role",
        "worker",
        "public address",
        "backup",
        "gateways",
        "messages",
        "notifications",
    )
    assert {name: states[name] for name in asked} == dict.fromkeys(asked, "ok")


def test_for_people_each_check_is_a_line_with_the_command_below(house: House) -> None:
    ended = house.run("doctor", REGULARS_LOG_LEVLE="INFO")

    assert (
        "! warning  variables          REGULARS_LOG_LEVLE means nothing here. Was REGULARS_LOG_LEVEL meant?"
        in ended.stdout
    )
    assert "→ unset REGULARS_LOG_LEVLE" in ended.stdout
    assert "✓ ok       database" in ended.stdout
    assert ended.returncode == 0


def test_one_check_can_be_asked_alone(house: House) -> None:
    ended = house.run("doctor", "--json", "worker")

    assert [one["name"] for one in json.loads(ended.stdout)["findings"]] == ["worker"]


def test_figures_of_two_web_processes_are_added_up(house: House) -> None:
    address = house.env["REGULARS_PUBLIC_ADDRESS"]
    before = _asked(address)

    for _ in range(30):
        httpx2.get(f"{address}/docs/errors", timeout=30).raise_for_status()

    assert [_asked(address) - before for _ in range(6)] == [30] * 6


def _asked(address: str) -> int:
    lines = httpx2.get(f"{address}/metrics", timeout=30).raise_for_status().text.splitlines()
    name = 'regulars_requests_total{door="docs",status="200"} '
    return sum(int(float(line.removeprefix(name))) for line in lines if line.startswith(name))


def test_a_stopped_database(house: House, tmp_path: Path) -> None:
    # A server that ran at this address and does not any more. As root it runs under another account, which must get in.
    tmp_path.chmod(0o755)
    home = tmp_path / "stopped"
    address = embedded_postgres.serve(home, settings={"fsync": "off"})
    embedded_postgres.stop(home)

    told = house.doctor(DATABASE_URL=address)

    assert list(told.troubles) == ["database"]
    assert told.troubles["database"]["state"] == "failed"
    assert "regulars config" in told.fix("database")
    assert told.code == 1


def test_a_step_of_the_schema_that_was_not_taken(house: House) -> None:
    with house.planted(
        "delete from django_migrations where app = 'regulars_messages' and name = '0005_tally'",
        "insert into django_migrations (app, name, applied) values ('regulars_messages', '0005_tally', now())",
    ):
        told = house.doctor()

    assert list(told.troubles) == ["migrations"]
    assert told.fix("migrations") == "regulars upgrade"
    assert told.code == 1


def test_history_that_could_be_changed(house: House) -> None:
    with house.planted(
        "grant update on journal_entry to regulars_app", "revoke update on journal_entry from regulars_app"
    ):
        told = house.doctor()

    assert list(told.troubles) == ["role"]
    assert "journal_entry" in told.troubles["role"]["sentence"]
    assert told.fix("role") == "regulars migrate"


def test_a_table_that_the_application_may_not_use(house: House) -> None:
    with house.planted(
        "revoke select on loyalty_cards_card from regulars_app", "grant select on loyalty_cards_card to regulars_app"
    ):
        told = house.doctor()

    assert list(told.troubles) == ["role"]
    assert "loyalty_cards_card" in told.troubles["role"]["sentence"]


def test_a_full_disk(house: House, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=50m", "tmpfs", small], capture_output=True).returncode:
        pytest.skip("Only root can make a small disk here.")
    try:
        (small / "backups.json").write_bytes((house.home / "backups.json").read_bytes())
        told = house.doctor(REGULARS_HOME=str(small))
    finally:
        subprocess.run(["umount", small], check=True)

    assert list(told.troubles) == ["disk"]
    assert told.troubles["disk"]["state"] == "failed"
    assert "du -xh" in told.fix("disk")


def test_a_clock_that_is_wrong(house: House) -> None:
    with house.planted(
        "create schema wrong; create function wrong.clock_timestamp() returns timestamptz language sql as"
        " $$ select pg_catalog.clock_timestamp() - interval '10 minutes' $$;"
        f" alter database {house.name} set search_path = wrong, pg_catalog, public",
        f"alter database {house.name} reset search_path; drop schema wrong cascade",
    ):
        told = house.doctor()

    assert list(told.troubles) == ["clock"]
    assert "timedatectl" in told.fix("clock")


def test_no_worker(house: House) -> None:
    house.stop("worker")
    try:
        told = house.doctor()
    finally:
        house.start("worker")
        house.wait_for_worker()

    assert list(told.troubles) == ["worker"]
    assert told.fix("worker") == "regulars worker"
    assert told.code == 1


def test_a_message_that_should_have_left(house: House) -> None:
    with house.planted(waits_since(hours=2), "delete from messages_message where person_id = 'mem_late'"):
        told = house.doctor()

    assert list(told.troubles) == ["messages"]
    assert told.troubles["messages"]["sentence"] == "1 events wait, the first for 2 h."
    assert told.fix("messages") == "regulars doctor worker gateways"


def test_a_reaction_that_is_late(house: House) -> None:
    with house.planted(
        "insert into journal_delivery (entry_id, reaction, person_id, state, attempts, next_at, last_error)"
        " values (0, 'gone.notify_nobody', '', 'dead', 12, now(), 'KeyError at get:1')",
        "delete from journal_delivery where reaction = 'gone.notify_nobody'",
    ):
        told = house.doctor()

    assert list(told.troubles) == ["reactions"]
    assert "gone.notify_nobody" in told.troubles["reactions"]["sentence"]


def test_a_paused_gateway(house: House) -> None:
    with house.planted(
        "update providers_gateway set paused_until = now() + interval '1 hour', trouble = 'the login was refused'",
        "update providers_gateway set paused_until = null, trouble = ''",
    ):
        told = house.doctor()

    assert list(told.troubles) == ["gateways"]
    assert "the login was refused" in told.troubles["gateways"]["sentence"]


def test_a_rule_over_a_channel_that_nobody_serves(house: House) -> None:
    with house.planted(
        "update loyalty_notifications_rule set channel = 'email'",
        "update loyalty_notifications_rule set channel = 'sms'",
    ):
        told = house.doctor()

    assert list(told.troubles) == ["notifications"]


@pytest.mark.parametrize(("days", "state"), [(3, "warning"), (10, "failed")])
def test_an_old_backup(house: House, days: int, state: str) -> None:
    record = house.home / "backups.json"
    good = record.read_text()
    kept = json.loads(good)
    kept["made_at"] = (datetime.fromisoformat(kept["made_at"]) - timedelta(days=days)).isoformat()
    record.write_text(json.dumps(kept))
    try:
        told = house.doctor()
    finally:
        record.write_text(good)

    assert list(told.troubles) == ["backup"]
    assert told.troubles["backup"]["state"] == state
    assert told.fix("backup").startswith("regulars backup")


def test_a_secret_that_everybody_can_read(house: House, tmp_path: Path) -> None:
    path = _open_folder(tmp_path) / "key"
    path.write_text(house.env["REGULARS_SECRET_KEY"])
    path.chmod(0o644)

    told = house.doctor(REGULARS_SECRET_KEY="", REGULARS_SECRET_KEY_FILE=str(path))

    assert list(told.troubles) == ["secrets"]
    assert told.fix("secrets") == f"chmod 600 {path}"
    assert told.code == 1


def test_a_secret_in_a_folder_that_nobody_else_enters(house: House, tmp_path: Path) -> None:
    path = _open_folder(tmp_path) / "key"
    path.write_text(house.env["REGULARS_SECRET_KEY"])
    path.chmod(0o644)
    path.parent.chmod(0o700)

    assert house.doctor(REGULARS_SECRET_KEY="", REGULARS_SECRET_KEY_FILE=str(path)).troubles == {}


def _open_folder(tmp_path: Path) -> Path:
    """A folder that every user of this machine can enter, as a home often is."""
    folder = tmp_path / "open"
    folder.mkdir()
    for each in (folder, tmp_path, tmp_path.parent, tmp_path.parent.parent):
        each.chmod(0o755)
    return folder


def test_a_secret_that_everybody_knows(house: House) -> None:
    told = house.doctor(REGULARS_SECRET_KEY="only-for-tests")

    assert list(told.troubles) == ["secrets"]


def test_a_missing_sister_key(house: House, tmp_path: Path) -> None:
    told = house.doctor(REGULARS_SYSTEMS="loyalty", REGULARS_EXCHANGE_FOLDER=str(tmp_path))

    assert list(told.troubles) == ["secrets"]
    assert "REGULARS_SISTER_KEY" in told.fix("secrets")


def test_a_variable_that_means_nothing(house: House) -> None:
    told = house.doctor(REGULARS_PUBLIC_ADRESS="https://club.example.org")

    assert list(told.troubles) == ["variables"]
    assert "REGULARS_PUBLIC_ADDRESS" in told.fix("variables")


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("http://club.example.org", "TLS"),
        ("https://club.example.org/shop", "host only"),
        ("club.example.org", "no address"),
    ],
)
def test_a_wrong_public_address(house: House, address: str, word: str) -> None:
    told = house.doctor(REGULARS_PUBLIC_ADDRESS=address)

    assert list(told.troubles) == ["public address"]
    assert word in told.troubles["public address"]["sentence"]
    assert "REGULARS_PUBLIC_ADDRESS" in told.fix("public address")
    assert told.code == 1


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"REGULARS_EXCHANGE_HOUR": "at night"}, "REGULARS_EXCHANGE_HOUR is a whole number from 0 to 23"),
        ({"DATABASE_URL_FILE": "/nowhere", "DATABASE_URL": ""}, "DATABASE_URL_FILE names a file that cannot be read"),
        ({"REGULARS_HOME": "/proc/nowhere", "REGULARS_SECRET_KEY": ""}, "The settings cannot be read"),
    ],
)
def test_settings_that_cannot_be_read_are_a_finding_and_no_traceback(
    house: House, changed: dict[str, str], word: str
) -> None:
    told = house.doctor(**changed)

    assert "variables" in told.troubles
    assert word in told.troubles["variables"]["sentence"]
    assert told.fix("variables") == "regulars config"
    assert "Traceback" not in told.stderr
    assert told.code == 1


def test_no_name_server_is_needed(house: House) -> None:
    assert house.doctor(REGULARS_DNS_SERVER="127.0.0.1:9").troubles == {}
