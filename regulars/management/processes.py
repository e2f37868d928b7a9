"""The processes of an installation: web, worker and, for the demo, the sandbox."""

import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from django.core.management.base import CommandError

from regulars import database, variables
from regulars.kit.supervisor import Child

PYTHON = [sys.executable, "-m"]


def free_port() -> int:
    """A TCP port on loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refuse_busy(port: int, host: str = "127.0.0.1") -> None:
    """Raise `CommandError` when another program already listens on the port of the pages."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((host if host != "0.0.0.0" else "127.0.0.1", port)) == 0:  # noqa: S104
            raise CommandError(f"Port {port} is taken by another program. Choose another one with --port.")


def of_database(url: str) -> dict[str, str]:
    """What children must know of the database that was started: its address, said once, even if ours came from a file."""
    return {"DATABASE_URL": url, "DATABASE_URL_FILE": "", "REGULARS_DATABASE_KIND": database.kind()}


def web(port: int, env: Mapping[str, str], *, host: str = "127.0.0.1") -> Child:
    """The web server: Granian speaking WSGI, eight threads."""
    command = [
        *PYTHON, "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", variables.text("REGULARS_WEB_WORKERS"), "--blocking-threads", "8", "--log-level", "error",
        "--no-ws", "--respawn-failed-workers", "regulars.wsgi:application",
    ]  # fmt: skip
    return Child("web", command, env, grace_s=15)


def worker(env: Mapping[str, str]) -> Child:
    """The worker: reactions to what happened, and the senders."""
    return Child("worker", [*PYTHON, "regulars.cli", "worker"], env, grace_s=20)


def sandbox(port: int, control_port: int, record: Path, env: Mapping[str, str], *, smtp_port: int = 0) -> Child:
    """The stand-in providers; the mail server only with a port, its record beside that of the texts."""
    command = [*PYTHON, "regulars.cli", "sandbox", "--port", str(port), "--control-port", str(control_port)]
    return Child("sandbox", [*command, "--smtp-port", str(smtp_port), "--record", str(record)], env, grace_s=5)


def wait_until_answers(address: str, *, seconds: float = 60) -> None:
    """Wait until the web server answers at an address; raises `TimeoutError` with what was seen last."""
    until, last = time.monotonic() + seconds, "nothing"
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5) as response:  # noqa: S310
                if response.status == 200:
                    return
        except (urllib.error.URLError, OSError) as error:
            last = str(error)
        time.sleep(0.1)
    raise TimeoutError(f"{address} did not answer within {seconds:g} seconds; last: {last}")
