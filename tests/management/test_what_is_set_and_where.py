"""`regulars config` and `regulars where`, the list of commands, and variables that cannot be used."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from regulars import variables
from regulars.installation import effective, places
from regulars.management import listing
from regulars.variables import VariableNotPossible
from tests.conftest import ROOT
from tests.management.infirmary import OWN

KEY = "a-key-of-forty-eight-characters-for-this-house-1"


def run(*words: str, **variables_: str) -> subprocess.CompletedProcess[str]:
    """Run a command with these variables of ours and no others; neither needs a database that answers."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
    env |= {"DATABASE_URL": "postgresql://ada:hunter22@127.0.0.1:1/regulars", **variables_}
    command = [sys.executable, "-m", "regulars.cli", *words]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60)


def settings(**given: str) -> dict[str, effective.Effective]:
    return {one.name: one for one in effective.list_all(given)}


def test_each_value_says_where_it_comes_from(tmp_path: Path) -> None:
    secret = tmp_path / "rabbit"
    secret.write_text("amqp://guest:hunter22@broker:5672/shop\n")

    told = settings(
        REGULARS_HOME=str(tmp_path), REGULARS_WEB_WORKERS="2", RABBITMQ_URL_FILE=str(secret), REGULARS_SECRET_KEY=KEY
    )

    assert (told["REGULARS_WEB_WORKERS"].value, told["REGULARS_WEB_WORKERS"].source) == ("2", "environment")
    assert told["REGULARS_EXCHANGE_HOUR"].source == "default"
    assert told["RABBITMQ_URL"].value == "amqp://guest:•••@broker:5672/shop"
    assert told["RABBITMQ_URL"].source == f"file {secret}"
    assert told["REGULARS_SECRET_KEY"].value == "•••"


def test_no_secret_is_ever_shown() -> None:
    secrets = {one.name: "hunter22-hunter22" for one in variables.TABLE if one.is_secret}

    assert not [one for one in effective.list_all(secrets) if "hunter22" in one.value]
    shown = effective.masked("postgresql://ada:hunter22@db:5432/shop?sslmode=require&sslpassword=hunter22")
    assert shown == "postgresql://ada:•••@db:5432/shop?sslmode=require&sslpassword=•••"


def test_config_prints_values_and_names_that_mean_nothing(tmp_path: Path) -> None:
    ended = run("config", REGULARS_HOME=str(tmp_path), REGULARS_WEB_WORKER="3", REGULARS_SECRET_KEY=KEY)

    assert ended.returncode == 0
    assert "postgresql://ada:•••@127.0.0.1:1/regulars  [environment]" in ended.stdout
    assert "REGULARS_WEB_WORKER means nothing here. Was REGULARS_WEB_WORKERS meant?" in ended.stderr
    assert "hunter22" not in ended.stdout + ended.stderr
    assert KEY not in ended.stdout + ended.stderr


def test_config_for_programs_and_with_settings_that_cannot_be_read(tmp_path: Path) -> None:
    ended = run("config", "--json", REGULARS_HOME=str(tmp_path), REGULARS_EXCHANGE_HOUR="at night")

    told = {one["name"]: one for one in json.loads(ended.stdout)["settings"]}
    assert told["REGULARS_EXCHANGE_HOUR"]["value"].startswith("cannot be used: ")
    assert told["REGULARS_HOME"]["value"] == str(tmp_path)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"REGULARS_WEB_WORKERS": "two"}, "REGULARS_WEB_WORKERS is a whole number from 1 to 64, and not “two”."),
        ({"REGULARS_WEB_WORKERS": "1.5"}, "REGULARS_WEB_WORKERS is a whole number from 1 to 64, and not “1.5”."),
        ({"REGULARS_SYSTEMS": "loyality"}, "REGULARS_SYSTEMS knows the words loyalty, smartcomms, and not “loyality”."),
        ({"RABBITMQ_URL": "amqp://x", "RABBITMQ_URL_FILE": "/x"}, "RABBITMQ_URL and RABBITMQ_URL_FILE are both set."),
        ({"REGULARS_SISTER_KEY_FILE": "/nowhere"}, "REGULARS_SISTER_KEY_FILE names a file that cannot be read: /nowhere"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_words(tmp_path: Path, given: dict[str, str], sentence: str) -> None:
    ended = run("bridge", "report", REGULARS_HOME=str(tmp_path), **given)

    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("name", [one.name for one in variables.TABLE if one.is_secret])
def test_every_secret_can_stand_in_a_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / "secret"
    path.write_text("hush\n")

    assert variables.find(name, {f"{name}_FILE": str(path)}) == "hush"
    assert variables.find(name, {f"{name}_FILE": str(path), name: ""}) == "hush"
    assert variables.find(name, {f"{name}_FILE": "", name: "said"}) == "said"
    with pytest.raises(VariableNotPossible, match="both set"):
        variables.find(name, {f"{name}_FILE": str(path), name: "said"})


def test_an_empty_number_or_choice_is_none() -> None:
    assert variables.find("REGULARS_WEB_WORKERS", {"REGULARS_WEB_WORKERS": ""}) is None
    assert variables.find("REGULARS_EXCHANGE_FOLDER", {"REGULARS_EXCHANGE_FOLDER": ""}) == ""


def test_a_name_that_means_nothing_is_told_with_the_nearest() -> None:
    given = {"REGULARS_SISTER_KEY_FIEL": "x", "REGULARS_XYZZY": "x", "REGULARS_HOME": "x", "OTHER": "x"}

    assert list(variables.list_unknown(given)) == [
        ("REGULARS_SISTER_KEY_FIEL", "REGULARS_SISTER_KEY_FILE"),
        ("REGULARS_XYZZY", ""),
    ]


def test_every_variable_has_a_sentence() -> None:
    assert [one.name for one in variables.TABLE if not one.effect.endswith((".", "…"))] == []
    names = [one.name for one in variables.TABLE]
    assert len(names) == len(set(names))


def test_where_names_what_is_kept_with_its_size(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("k" * 64)
    (tmp_path / "demo-smsc.jsonl").write_text("x" * 2_000)

    ended = run("where", REGULARS_HOME=str(tmp_path))

    assert f"home                 2 kB  {tmp_path}" in ended.stdout
    assert f"secret key           64 B  {tmp_path}/secret_key" in ended.stdout
    assert "postgresql://ada:•••@127.0.0.1:1/regulars" in ended.stdout
    assert f"rm -rf {tmp_path}" in ended.stdout
    assert "dropdb" in ended.stdout
    assert "hunter22" not in ended.stdout


def test_where_works_while_settings_cannot_be_read(tmp_path: Path) -> None:
    ended = run("where", "--json", REGULARS_HOME=str(tmp_path), REGULARS_WEB_WORKERS="many")

    assert {one["what"] for one in json.loads(ended.stdout)["places"]} >= {"home", "database", "logs"}


def test_a_folder_is_as_large_as_what_lies_below_it(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(b"x" * 300)
    (tmp_path / "d").write_bytes(b"x" * 7)
    (tmp_path / "loop").symlink_to(tmp_path)

    size = places.octets_of(tmp_path)

    assert size is not None
    assert 307 <= size < 700  # the link has a length of its own
    assert places.octets_of(tmp_path / "nowhere") is None


def test_every_command_of_ours_stands_in_a_group_with_a_sentence() -> None:
    found = listing.in_groups()

    told = {name: sentence for names in found.values() for name, sentence in names.items()}
    assert told.keys() == listing.sentences().keys()
    assert [name for name, sentence in told.items() if not sentence.endswith(".")] == []
    assert "doctor" in found["Look after it"]


def test_help_lists_our_commands_and_starts_nothing(tmp_path: Path) -> None:
    ended = run("--help", REGULARS_HOME=str(tmp_path), REGULARS_WEB_WORKERS="many")

    assert ended.returncode == 0
    assert "regulars up " in ended.stdout
    assert "changepassword" not in ended.stdout
    assert list(tmp_path.iterdir()) == []
