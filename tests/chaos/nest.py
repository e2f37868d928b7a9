"""A process that has imported everything once and forks a worker for each wish: replacing a killed one takes no seconds.

`python -m tests.chaos.nest` reads lines of JSON: `["hatch", environment, words]` answers the number of a new process that
says these words to `sender.main`, `["poll", number]` answers how it ended, or null.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Any

from regulars.messages import failpoint
from tests.conftest import ROOT


@dataclass
class Hatched:
    """A process that the nest started, to be asked like a `Popen`."""

    nest: "Nest"
    pid: int
    code: int | None = None

    def poll(self) -> int | None:
        if self.code is None:
            self.code = self.nest.ask("poll", self.pid)
        return self.code

    def wait(self, timeout: float = 60) -> int:
        ends = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > ends:
                raise subprocess.TimeoutExpired("worker", timeout)
            time.sleep(0.02)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Nest:
    """The test's side of the nest."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nest"],
            env=environment,
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def hatch(self, *words: str, **environment: str) -> Hatched:
        return Hatched(self, self.ask("hatch", environment, words))

    def ask(self, *wish: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(wish), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def _serve() -> None:
    from tests.chaos import sender

    for line in sys.stdin:
        verb, *wish = json.loads(line)
        print(json.dumps(_hatch(sender, *wish) if verb == "hatch" else _poll(*wish)), flush=True)


def _hatch(sender: Any, environment: dict[str, str], words: list[str]) -> int:
    if number := os.fork():
        return number
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), sys.stdin.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        os.environ.update(environment)
        importlib.reload(failpoint)  # it looks at the environment when it is imported
        sender.main(*words)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _poll(number: int) -> int | None:
    ended, status = os.waitpid(number, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


if __name__ == "__main__":
    _serve()
