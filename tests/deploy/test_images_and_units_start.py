"""Dockerfile, compose.yaml and the units are carried out, step by step, in a throw-away root over this machine's."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.house import files
from tests.house.source import ROOT

pytestmark = pytest.mark.deploy
SERVER = os.environ.get("REGULARS_DEPLOY_SERVER", "postgresql://postgres@127.0.0.1:5432/postgres")
INTO = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]


def _missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        _missing("This needs root on Linux: it mounts a throw-away root.")
    name = f"regulars_deploy_{secrets.token_hex(4)}"
    try:
        server = psycopg.connect(SERVER, autocommit=True)
    except psycopg.OperationalError as error:
        _missing(f"No PostgreSQL at REGULARS_DEPLOY_SERVER: {error}")
    scratch = tmp_path_factory.mktemp("deploy")
    context = _copied(scratch / "context")
    server.execute(f"create database {name}")
    address = psycopg.conninfo.conninfo_to_dict(SERVER)
    known = f"{address.get('user')}:{address['password']}" if address.get("password") else address.get("user")
    url = f"postgresql://{known}@127.0.0.1:{address.get('port', 5432)}/{name}"
    try:
        command = [*INTO, sys.executable, "-m", "tests.deploy.drive", str(context), str(scratch), url]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200)
        assert ran.returncode == 0, ran.stderr[-6000:]
        yield {line["step"]: line for line in map(json.loads, ran.stdout.splitlines())}
    finally:
        server.execute(f"drop database if exists {name} with (force)")
        server.close()


def _copied(context: Path) -> Path:
    for file in files.tracked(ROOT):
        to = context / file.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, to)
    return context


@pytest.mark.parametrize("step", ["compose", "embedded", "unit"])
def test_it_starts_gets_well_and_stops_when_told(seen: dict[str, dict[str, Any]], step: str) -> None:
    assert seen[step]["exit"] == 0
    assert seen[step]["seconds_to_stop"] <= 30


def test_another_public_address_is_a_restart(seen: dict[str, dict[str, Any]]) -> None:
    assert seen["compose"]["links"] == ["http://127.0.0.1:8000"]
    assert seen["compose at another address"]["links"] == ["https://club.example.org"]


def test_the_how_to_leads_to_a_server_that_can_be_started(seen: dict[str, dict[str, Any]]) -> None:
    assert seen["page"]["steps"] >= 4


def test_systemd_has_nothing_to_complain_about(seen: dict[str, dict[str, Any]]) -> None:
    assert seen["units"]["complaints"] == []


def test_the_nightly_backup_is_for_its_owner_only(seen: dict[str, dict[str, Any]]) -> None:
    [[mode, size]] = seen["unit"]["backups"]

    assert mode == "0o600"
    assert size > 10_000
