"""The guard: the parent of one embedded PostgreSQL, which ends it some seconds after its last user has gone.

`kit.embedded_postgres` runs this file as a bare script (`python -I -S`), so it may import only the standard library.
Users hold a shared lock on `users.lock` while they live; the kernel drops it even after SIGKILL, so the count is right.
"""

import contextlib
import ctypes
import dataclasses
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1
# Recovery after a crash replays the log and may take minutes.
START_PATIENCE_S = 600.0
STOP_PATIENCE_S = 60.0
# A killed postmaster leaves backends behind for a moment, and they keep its shared memory.
LEFTOVERS_PATIENCE_S = 20.0
NO_SUCH_PID = 2**31 - 2


class DidNotStart(Exception):
    """PostgreSQL ended before it was ready; the text is the tail of its log."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """What the guard is told: where everything lies, how to start the server, and as whom (None: as ourselves)."""

    state: str
    cluster: str
    socket: str
    log: str
    command: list[str]
    account: tuple[int, int] | None
    linger_s: float


# --- the pid file PostgreSQL keeps in its data folder ---------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Postmaster:
    """The lines of postmaster.pid that matter."""

    pid: int
    socket: str
    status: str


def read_postmaster(cluster: Path) -> Postmaster | None:
    """Read postmaster.pid, or return None when there is none or it is only half written."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        return Postmaster(int(lines[0]), lines[4], lines[7].strip() if len(lines) > 7 else "")
    except (OSError, ValueError, IndexError):
        return None


def is_alive(pid: int, cluster: Path) -> bool:
    """Say whether this pid is a postmaster of this data folder, not a zombie or a stranger with the same number."""
    if Path("/proc/self/cmdline").exists():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(cluster) in words
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return os.fsencode(cluster) in subprocess.run(command, capture_output=True, check=False).stdout


def disown_stale_pid(lock: Path, cluster: Path) -> None:
    """Replace a dead pid in a lock file of PostgreSQL's: it takes a zombie or a stranger of that number for a server.

    The rest of postmaster.pid stays: by it PostgreSQL recognises backends that still hang on the old shared memory.
    """
    with contextlib.suppress(OSError), lock.open("r+") as file:
        lines = file.read().split("\n")
        if lines[0].strip().isdigit() and not is_alive(int(lines[0]), cluster):
            file.seek(0)
            file.write("\n".join([str(NO_SUCH_PID), *lines[1:]]))
            file.truncate()


def tail(log: Path, since: int = 0, lines: int = 8) -> str:
    """The last lines of a log."""
    try:
        with log.open("rb") as file:
            file.seek(max(since, log.stat().st_size - 16_384))
            return "\n".join(file.read().decode(errors="replace").strip().splitlines()[-lines:])
    except OSError:
        return ""


# --- locks ----------------------------------------------------------------------------------------------------------


def try_lock(file: int) -> bool:
    """Take an exclusive lock if nobody else has any lock on the file."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock_within(seconds: float, file: int) -> bool:
    """Take an exclusive lock, trying for so long: who only looks at a lock holds it for a blink."""
    until = time.monotonic() + seconds
    while not try_lock(file):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def unlock(file: int) -> None:
    """Give the lock back."""
    fcntl.flock(file, fcntl.LOCK_UN)


class Guard:
    """A server and three locks: `guard.lock` says that we live, `users.lock` who needs us; `start.lock` is a gate."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.cluster = Path(plan.cluster)
        self.guard_lock, self.users_lock, self.start_lock = (
            os.open(f"{plan.state}/{name}.lock", os.O_RDWR | os.O_NOFOLLOW) for name in ("guard", "users", "start")
        )
        self.told_to_stop = False
        self.server: subprocess.Popen[bytes] | None = None

    def take_place(self) -> bool:
        """Become the guard of this folder, or return False when there is one already."""
        if not lock_within(2, self.guard_lock):  # whoever looks whether a guard lives holds the lock for a blink
            return False
        os.ftruncate(self.guard_lock, 0)
        os.write(self.guard_lock, str(os.getpid()).encode())
        return True

    def stop_when_told(self) -> None:
        """Let SIGTERM end the server in good order; a terminal's Ctrl-C and hang-up are for the users, not for us."""

        def told(_number: int, _frame: FrameType | None) -> None:
            self.told_to_stop = True

        signal.signal(signal.SIGTERM, told)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def start(self) -> None:
        """Start PostgreSQL and wait until it takes connections; raise DidNotStart with the log's tail."""
        self.end_orphan()
        until = time.monotonic() + LEFTOVERS_PATIENCE_S
        while True:
            for lock in (self.cluster / "postmaster.pid", *Path(self.plan.socket).glob(".s.PGSQL.*.lock")):
                disown_stale_pid(lock, self.cluster)
            log = Path(self.plan.log)
            before = log.stat().st_size if log.exists() else 0
            self.server = self.spawn()
            if self.wait_until_ready(self.server):
                return
            words = tail(log, since=before)
            if "shared memory" not in words or time.monotonic() > until:
                raise DidNotStart(words)
            time.sleep(0.2)

    def end_orphan(self) -> None:
        """End a server whose guard was killed; on Linux it is on its way out already."""
        orphan = read_postmaster(self.cluster)
        until = time.monotonic() + STOP_PATIENCE_S
        if orphan and is_alive(orphan.pid, self.cluster):
            os.kill(orphan.pid, signal.SIGINT)
            while is_alive(orphan.pid, self.cluster) and time.monotonic() < until:
                time.sleep(0.02)

    def spawn(self) -> "subprocess.Popen[bytes]":
        """Start the postmaster so that the kernel sends it SIGINT, a clean stop, when this process is killed."""
        guard_pid = os.getpid()
        prctl = getattr(ctypes.CDLL(None), "prctl", None)

        def die_with_guard() -> None:
            # Runs after the change of user, which would clear the request.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            if prctl is not None:
                prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
            if os.getppid() != guard_pid:
                os._exit(1)

        uid, gid = self.plan.account or (None, None)
        return subprocess.Popen(
            self.plan.command,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            stderr=sys.stderr,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            process_group=0,
            preexec_fn=die_with_guard,  # noqa: PLW1509 (one thread)
        )

    def wait_until_ready(self, server: "subprocess.Popen[bytes]") -> bool:
        """Wait for the word `ready` in postmaster.pid; False when the server ended before."""
        until = time.monotonic() + START_PATIENCE_S
        while server.poll() is None:
            seen = read_postmaster(self.cluster)
            if seen and seen.pid == server.pid and seen.status == "ready":
                return True
            if self.told_to_stop or time.monotonic() > until:
                self.stop()
            time.sleep(0.01)
        return False

    def watch(self) -> None:
        """Return when the server may end: nobody has used it for the linger time, or somebody told it or us to stop."""
        tick = min(0.5, max(0.05, self.plan.linger_s / 5))
        idle_since: float | None = None
        while not self.told_to_stop:
            time.sleep(tick)
            if self.nobody_uses_it():
                idle_since = idle_since or time.monotonic()
                if time.monotonic() - idle_since >= self.plan.linger_s and self.close_gate():
                    return
            else:
                idle_since = None
            if self.server is not None and (code := self.server.poll()) is not None:
                if code == 0 or idle_since is not None:
                    return
                self.start()  # killed under its users: they get it back

    def nobody_uses_it(self) -> bool:
        """Say whether no living process is counted as a user."""
        if not try_lock(self.users_lock):
            return False
        unlock(self.users_lock)
        return True

    def close_gate(self) -> bool:
        """Keep newcomers waiting until we have left, unless one is at the gate or inside already."""
        if not try_lock(self.start_lock):
            return False
        if try_lock(self.users_lock):
            return True  # both locks are ours until this process ends
        unlock(self.start_lock)
        return False

    def stop(self) -> None:
        """End the server: first cleanly, after a minute without writing a checkpoint."""
        for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if self.server is None or self.server.poll() is not None:
                return
            self.server.send_signal(sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.server.wait(STOP_PATIENCE_S)


def report(word: str, text: str = "") -> None:
    """Tell the process that started us how it went, and hang up; it may have died meanwhile."""
    with contextlib.suppress(OSError):
        os.write(1, json.dumps([word, text]).encode())
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def main() -> None:
    """Leave the caller's family, start the server, report, and watch."""
    plan = Plan(**json.loads(sys.argv[1]))
    if os.fork():
        os._exit(0)  # so nobody who starts us has to collect us later
    guard = Guard(plan)
    guard.stop_when_told()
    if not guard.take_place():
        return report("taken")
    try:
        guard.start()
        report("ready")
        guard.watch()
    except DidNotStart as failure:
        sys.stderr.write(f"guard: PostgreSQL did not start: {failure}\n")
        report("failed", str(failure))
    finally:
        guard.stop()


if __name__ == "__main__":
    main()
