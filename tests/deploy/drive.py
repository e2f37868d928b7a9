"""Builds the image, starts it as compose.yaml says, and runs the units; prints what was seen as JSON, one line per step.

Run as `unshare --mount --pid --fork python -m tests.deploy.drive CONTEXT SCRATCH SERVER`; SERVER is the address of a database
that may be used.
"""

import configparser
import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.deploy import engine
from tools import run_docs

LINK = re.compile(r"(https?://\S+)/\?word=[a-z2-7-]+")
PATIENCE_S = 240
SETTINGS = {"REGULARS_HOME": "/var/lib/regulars", "REGULARS_PUBLIC_ADDRESS": "https://club.example.org"}


def told(step: str, **seen: Any) -> None:
    print(json.dumps({"step": step, **seen}), flush=True)


@contextmanager
def started(
    root: engine.Root, log: Path, *, env: Mapping[str, str], command: list[str] | None = None
) -> Iterator[dict[str, Any]]:
    """Start what the image starts, wait for its health, and end it as an engine would; answers what was seen."""
    seen: dict[str, Any] = {}
    process = root.start(command or [*root.entrypoint, *root.command], log, env=env)
    try:
        until = time.monotonic() + PATIENCE_S
        while not root.is_well(root.health):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(
                    f"It did not get well within {PATIENCE_S} s:\n{log.read_text()[-3000:]}\n{root.complaint()}"
                )
            time.sleep(0.3)
        yield seen
        ending = time.monotonic()
        process.send_signal(signal.SIGTERM)
        seen["exit"] = process.wait(60)
        seen["seconds_to_stop"] = round(time.monotonic() - ending, 1)
        seen["links"] = LINK.findall(log.read_text())
    finally:
        process.kill()
        process.wait()


def environment(root: engine.Root, context: Path, given: Mapping[str, str]) -> dict[str, str]:
    """The variables that compose.yaml gives the service, its secrets laid where an engine lays them."""
    compose = yaml.safe_load((context / "compose.yaml").read_text())
    service = compose["services"]["regulars"]
    for name in service["secrets"]:
        to = root.path / "run/secrets" / name
        to.parent.mkdir(mode=0o755, exist_ok=True)
        shutil.copy2(context / compose["secrets"][name]["file"], to)
    chosen = re.compile(r"\$\{(\w+):-([^}]*)\}")
    return {
        name: chosen.sub(lambda m: given.get(m[1], m[2]), str(value)) for name, value in service["environment"].items()
    }


def by_compose(root: engine.Root, context: Path, scratch: Path) -> None:
    for step, given in (
        ("compose", {}),
        ("compose at another address", {"REGULARS_PUBLIC_ADDRESS": "https://club.example.org"}),
    ):
        with started(root, scratch / "compose.log", env=environment(root, context, given)) as seen:
            pass
        told(step, **seen)


def without_settings(root: engine.Root, scratch: Path) -> None:
    with started(root, scratch / "embedded.log", env={}) as seen:
        pass
    told("embedded", **seen)


def unit(root: engine.Root, context: Path, name: str) -> configparser.SectionProxy:
    """Read a unit; a key that stands twice keeps its last value, so our units name each once."""
    place = root.path / "etc/systemd/system" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(context / "deploy/systemd" / name, place)
    read = configparser.RawConfigParser()
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read(place)
    return read["Service"]


def by_units(root: engine.Root, context: Path, scratch: Path) -> None:
    serving, saving = unit(root, context, "regulars.service"), unit(root, context, "regulars-backup.service")
    shutil.copy2(context / "deploy/systemd/regulars-backup.timer", root.path / "etc/systemd/system")
    names = [
        f"/etc/systemd/system/{name}"
        for name in ("regulars.service", "regulars-backup.service", "regulars-backup.timer")
    ]
    checked = subprocess.run(
        root.line(["systemd-analyze", "verify", "--man=no", *names], user="root"), capture_output=True, text=True
    )
    lines = [f"{name}={value}" for name, value in SETTINGS.items()]
    (root.path / serving["EnvironmentFile"].lstrip("/")).write_text("\n".join(lines))
    told("units", complaints=[line for line in checked.stderr.splitlines() if "regulars" in line])
    root.env["PATH"] = "/usr/bin:/bin"
    root.health = ["/opt/regulars/.venv/bin/python", *root.health[1:]]
    env = SETTINGS
    with started(root, scratch / "unit.log", env=env, command=shlex.split(serving["ExecStart"])) as seen:
        for step in ("ExecStartPre", "ExecStart", "ExecStartPost"):
            words = shlex.split(saving[step].replace("$$", "$").replace("%%", "%"))
            root.run(words, user=saving["User"], env=env)
        files = list((root.path / "var/lib/regulars/backups").glob("*.backup"))
        seen["backups"] = [[oct(each.stat().st_mode & 0o777), each.stat().st_size] for each in files]
    told("unit", **seen)


def by_page(context: Path, scratch: Path) -> None:
    """Do what the how-to says on a server with nothing on it, as root, with the clone at hand."""
    root = engine.Root.over_this_machine(scratch, "server")
    shutil.copytree(context, root.path / "srv/clone")
    root.folder = "/srv/clone"
    steps = run_docs.blocks(context / "docs/howto/go-live.md", "server")
    uv = shutil.which("uv") or "uv"
    root.env["PATH"] += f":{Path(uv).parent}"
    root.run(["/bin/bash", "-euc", "\n".join(steps)])
    told("page", steps=len(steps))


def main(context: Path, scratch: Path, server: str) -> None:
    parts = urlsplit(server)
    root = engine.build(context / "Dockerfile", scratch)
    (root.path / "etc/hosts").write_text("127.0.0.1 localhost database\n")
    (context / "secrets").mkdir(exist_ok=True)
    known = f"{parts.username}:{parts.password}@" if parts.password else f"{parts.username}@"
    (context / "secrets/database_url").write_text(f"postgresql://{known}database:{parts.port or 5432}{parts.path}\n")
    engine.run("sh", str(context / "deploy/make-secrets.sh"))
    by_page(context, scratch)
    by_compose(root, context, scratch)
    without_settings(root, scratch)
    by_units(root, context, scratch)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
