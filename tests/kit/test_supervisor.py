"""The supervisor: children start in order, come back after a crash, stop in order, and nobody is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regulars.kit.supervisor import next_pause

SUPERVISOR = """
import asyncio, os, sys
from regulars.kit.supervisor import Child, supervise
python = [sys.executable, "-u", "-c"]
folder = sys.argv[1]
LIVE = (
    "import os, signal, sys, time\\n"
    "name, folder = sys.argv[1:]\\n"
    "def note(word): open(f'{folder}/notes', 'a').write(f'{name} {word} {os.getpid()}\\\\n')\\n"
    "signal.signal(signal.SIGTERM, lambda *_: (note('ended'), sys.exit()))\\n"
    "note('began')\\n"
)
def live(name, more="", grace_s=5):
    return Child(name, [*python, LIVE + more + "\\nwhile True: time.sleep(0.02)", name, folder], grace_s=grace_s)
def say(text): open(f"{folder}/said", "a").write(text + "\\n")
def ready(): open(f"{folder}/ready", "w").close()
async def fail_once_web_lives():
    while not os.path.exists(f"{folder}/notes"):
        await asyncio.sleep(0.02)
    sys.stderr = open(os.devnull, "w")
    raise RuntimeError("no greeting today")
sys.exit(asyncio.run(supervise(CHILDREN, say=say, **{"on_ready": ready, **MORE})))
"""


class Supervisor:
    """A supervisor in a process of its own, whose children note when they begin and end."""

    def __init__(self, folder: Path, children: str, more: str = "{}") -> None:
        self.folder = folder
        program = SUPERVISOR.replace("CHILDREN", children).replace("MORE", more)
        self.program = subprocess.Popen([sys.executable, "-c", program, folder], cwd=Path(__file__).parents[2])

    def lines(self, name: str) -> list[str]:
        file = self.folder / name
        return file.read_text().splitlines() if file.exists() else []

    @property
    def notes(self) -> list[str]:
        return [line.rpartition(" ")[0] for line in self.lines("notes")]

    def pid(self, name: str) -> int:
        return [int(line.split()[2]) for line in self.lines("notes") if line.startswith(f"{name} began")][-1]

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        self.program.send_signal(sign)
        return self.program.wait(timeout=20)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Supervisor]]:
    started: list[Supervisor] = []

    def begin(children: str, more: str = "{}") -> Supervisor:
        started.append(Supervisor(tmp_path, children, more))
        return started[-1]

    yield begin
    for one in started:
        if one.program.poll() is None:
            one.stop()


def wait_until(true: Callable[[], object], *, patience_s: float = 15) -> None:
    until = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())  # a zombie's is empty
    except OSError:
        return False


def test_children_stop_in_the_given_order(start: Callable[..., Supervisor]) -> None:
    one = start("[live('sandbox'), live('web'), live('worker')]", "{'stop_order': ['web', 'worker', 'sandbox']}")
    wait_until(lambda: len(one.notes) == 3)

    code = one.stop()

    assert code == 0
    assert one.notes[3:] == ["web ended", "worker ended", "sandbox ended"]
    assert (one.folder / "ready").exists()
    assert one.lines("said") == []


def test_without_an_order_the_last_started_stops_first_and_ctrl_c_stops_too(start: Callable[..., Supervisor]) -> None:
    one = start("[live('sandbox'), live('web')]")
    wait_until(lambda: len(one.notes) == 2)

    code = one.stop(signal.SIGINT)

    assert code == 0
    assert one.notes[2:] == ["web ended", "sandbox ended"]


def test_a_killed_child_comes_back_and_the_workers_it_left_are_gone_before(start: Callable[..., Supervisor]) -> None:
    # The worker is what a server's main program leaves behind when it is killed: same group, deaf to SIGTERM.
    worker = 'note(f\'worker {os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "60")}\')'
    one = start(f"[live('web', {worker!r}), live('worker')]")
    wait_until(lambda: len(one.notes) == 3)
    left = next(int(line.split()[2]) for line in one.notes if line.startswith("web worker"))

    os.kill(one.pid("web"), signal.SIGKILL)
    wait_until(lambda: one.notes.count("web began") == 2)

    assert not is_alive(left)
    assert one.notes.count("worker began") == 1
    assert one.lines("said") == ["web was killed by SIGKILL; starting it again in 0.5 s"]


def test_one_that_keeps_failing_is_started_more_and_more_rarely(start: Callable[..., Supervisor]) -> None:
    one = start("[Child('web', [*python, 'raise SystemExit(3)']), Child('worker', ['/no/such/program']), live('ok')]")

    wait_until(lambda: len(one.lines("said")) >= 4)
    code = one.stop()

    web = [line for line in one.lines("said") if line.startswith("web")]
    worker = [line for line in one.lines("said") if line.startswith("worker")]
    assert web[:2] == [f"web ended with code 3; starting it again in {pause} s" for pause in ("0.5", "1")]
    assert worker[0].startswith("worker could not be started (")
    assert worker[1].endswith("starting it again in 1 s")
    assert one.notes == ["ok began", "ok ended"]
    assert code == 0


def test_the_pause_grows_to_half_a_minute_and_starts_over_after_good_seconds() -> None:
    pauses = [next_pause(0, 0)]
    for _ in range(7):
        pauses.append(next_pause(pauses[-1], lived_s=1))

    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert next_pause(30, lived_s=30) == 0.5


def test_one_that_will_not_end_is_killed_after_its_grace(start: Callable[..., Supervisor]) -> None:
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN); note('deaf')"
    one = start(f"[live('worker'), live('web', {deaf!r}, grace_s=0.3)]")
    wait_until(lambda: "web deaf" in one.notes and "worker began" in one.notes)
    web = one.pid("web")

    code = one.stop()

    assert code == 1
    assert not is_alive(web)
    assert one.lines("said") == ["web did not end in time and was killed"]
    assert one.notes[-1] == "worker ended"


def test_a_second_signal_spares_the_grace(start: Callable[..., Supervisor]) -> None:
    deaf = "signal.signal(signal.SIGTERM, lambda *_: note('asked'))"
    one = start(f"[live('web', {deaf!r}, grace_s=60)]")
    wait_until(lambda: "web began" in one.notes)
    time.sleep(0.1)

    one.program.send_signal(signal.SIGTERM)
    wait_until(lambda: "web asked" in one.notes)
    one.program.send_signal(signal.SIGTERM)  # the same key press, handed on: not a second one
    time.sleep(1.2)

    assert one.program.poll() is None
    assert one.stop() == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent has died")
def test_a_killed_supervisor_takes_its_children_along(start: Callable[..., Supervisor]) -> None:
    one = start("[live('web'), live('worker')]")
    wait_until(lambda: len(one.notes) == 2)

    one.stop(signal.SIGKILL)

    wait_until(lambda: sorted(one.notes[2:]) == ["web ended", "worker ended"])


def test_a_failing_greeting_stops_everything(start: Callable[..., Supervisor]) -> None:
    one = start("[live('web')]", "{'on_ready': fail_once_web_lives}")

    code = one.program.wait(timeout=20)

    assert code == 1
    assert one.notes == ["web began", "web ended"]
