"""A RabbitMQ node of one's own, with its own epmd, that can be killed and started again with what it had on disk."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from regulars.management import processes

_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"


class Node:
    """One node; its folder outlives its death."""

    def __init__(self, folder: Path) -> None:
        self.port = processes.free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}/"
        self._running: subprocess.Popen[bytes] | None = None
        self._folder = folder
        for name in ("home", "mnesia", "log"):
            (folder / name).mkdir(parents=True)
        (folder / "plugins").write_text("[].")
        (folder / "node.conf").write_text("log.console = false\n")
        self._epmd_port = processes.free_port()
        self._env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_NODENAME": f"chaos{secrets.token_hex(4)}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(processes.free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "node.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        }

    def start(self) -> None:
        """Start the node and wait until it listens."""
        with (self._folder / "said").open("ab") as said:
            self._running = subprocess.Popen(
                [_SERVER], env=self._env, cwd=self._folder, start_new_session=True, stdout=said, stderr=said
            )
        ends = time.monotonic() + 90
        while not self._listens():
            assert self._running.poll() is None, (self._folder / "said").read_text()[-2000:]
            assert time.monotonic() < ends, "the node did not start"
            time.sleep(0.2)

    def kill(self) -> None:
        """End it like a power cut."""
        if self._running is not None:
            os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()
            self._running = None
            while self._listens():
                time.sleep(0.05)

    def freeze(self) -> None:
        """Let it fall silent: connections stay open, nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on where it was."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._running is not None
        os.killpg(self._running.pid, number)

    def end(self) -> None:
        """End it and its epmd for good."""
        self.kill()
        ends = time.monotonic() + 10
        while (
            b"Killed" not in subprocess.run(["epmd", "-kill"], env=self._env, check=False, capture_output=True).stdout
        ):
            if time.monotonic() > ends:
                return
            time.sleep(0.2)  # it has not noticed yet that its node is dead

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def node(folder: Path) -> Iterator[Node]:
    """A running node; where RabbitMQ is not installed the test is skipped, in CI it fails."""
    if not Path(_SERVER).exists() or shutil.which("epmd") is None:
        if os.environ.get("CI") == "true":
            raise FileNotFoundError(_SERVER)
        pytest.skip("RabbitMQ is not installed")
    made = Node(folder)
    try:
        made.start()
        yield made
    finally:
        made.end()
