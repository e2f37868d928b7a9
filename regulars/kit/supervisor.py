"""Keep a few child processes running: start in order, restart with back-off, stop in order, leave nobody behind."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
GOOD_S = 30.0
ONE_PRESS_S = 1.0
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Child:
    """One program to keep running; `env` is added to our environment, `grace_s` is its time to end after SIGTERM."""

    name: str
    command: list[str]
    env: Mapping[str, str] = field(default_factory=dict)
    grace_s: float = 10


def next_pause(pause_s: float, lived_s: float) -> float:
    """Say how long to wait before the next start: 0.5 s, doubled up to 30 s, and 0.5 s again after 30 good seconds."""
    return FIRST_PAUSE_S if lived_s >= GOOD_S or not pause_s else min(pause_s * 2, LONGEST_PAUSE_S)


def _complain(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


async def supervise(
    children: Sequence[Child],
    *,
    stop_order: Sequence[str] | None = None,
    on_ready: Callable[[], Awaitable[None] | None] | None = None,
    say: Callable[[str], None] = _complain,
) -> int:
    """Start the children in order and keep them running until SIGTERM or SIGINT; then stop them in `stop_order`.

    Without `stop_order` they stop in the reverse order of their start. `on_ready` is called once when all have been
    started (not: when they answer); what it awaits is cancelled by the stop, and when it fails, all are stopped. A
    second signal spares the graces. Call it from the main thread, for children get SIGTERM when the thread that started
    them dies. Returns 0, or 1 when a child outlived its grace and was killed.
    """
    kept = {child.name: _Kept(child, say) for child in children}
    names = list(reversed(kept)) if stop_order is None else [*stop_order, *(n for n in kept if n not in stop_order)]
    with _signals() as signals:
        try:
            for one in kept.values():
                await one.begin()
            await _greet(on_ready, until=signals.first)
        finally:
            ended = [await kept[name].end(hurry=signals.second) for name in names]
    return 0 if all(ended) else 1


async def _greet(on_ready: Callable[[], Awaitable[None] | None] | None, *, until: asyncio.Event) -> None:
    async def greet() -> None:
        if on_ready is not None and (more := on_ready()) is not None:
            await more

    greeting, asked = asyncio.create_task(greet()), asyncio.create_task(until.wait())
    try:
        await asyncio.wait({greeting, asked}, return_when=asyncio.FIRST_COMPLETED)
        if greeting.done():
            greeting.result()
            await asked
    finally:
        greeting.cancel()
        asked.cancel()
        await asyncio.gather(greeting, asked, return_exceptions=True)


class _Signals:
    """The first SIGTERM or SIGINT asks to stop, the second to stop now."""

    def __init__(self) -> None:
        self.first, self.second = asyncio.Event(), asyncio.Event()
        self.first_at = 0.0

    def came(self) -> None:
        """Take a signal; one that follows within a second is the same key press, handed on by a parent process."""
        now = time.monotonic()
        if not self.first.is_set():
            self.first_at = now
            self.first.set()
        elif now - self.first_at > ONE_PRESS_S:
            self.second.set()


@contextlib.contextmanager
def _signals() -> Iterator[_Signals]:
    signals, loop = _Signals(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signals.came)
    try:
        yield signals
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


class _Kept:
    """One child and the task that starts it again."""

    def __init__(self, child: Child, say: Callable[[str], None]) -> None:
        self.child, self.say = child, say
        self.leaving, self.started = asyncio.Event(), asyncio.Event()
        self.running: asyncio.subprocess.Process | None = None
        self.task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        self.task = asyncio.create_task(self._keep())
        await self.started.wait()

    async def end(self, *, hurry: asyncio.Event) -> bool:
        """Send SIGTERM, wait for the grace, then kill what is left of the group; say whether it ended by itself."""
        if self.task is None:
            return True
        self.leaving.set()
        self._ask_to_end()
        waiter = asyncio.create_task(hurry.wait())
        await asyncio.wait({self.task, waiter}, timeout=self.child.grace_s, return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()
        in_time = self.task.done()
        if not in_time and self.running is not None:
            self.say(f"{self.child.name} did not end in time and was killed")
            _kill_group(self.running.pid)
        await self.task
        return in_time

    def _ask_to_end(self) -> None:
        if self.running is not None:
            with contextlib.suppress(ProcessLookupError):
                self.running.terminate()

    async def _keep(self) -> None:
        pause = 0.0
        while not self.leaving.is_set():
            began = time.monotonic()
            why = await self._run_once()
            if self.leaving.is_set():
                return
            pause = next_pause(pause, time.monotonic() - began)
            self.say(f"{self.child.name} {why}; starting it again in {pause:g} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.leaving.wait(), pause)

    async def _run_once(self) -> str:
        try:
            self.running = await _start(self.child)
        except OSError as trouble:
            return f"could not be started ({trouble})"
        finally:
            self.started.set()
        if self.leaving.is_set():  # asked to leave while it was being born
            self._ask_to_end()
        code = await self.running.wait()
        # A server's workers may outlive their killed parent and would keep its port.
        _kill_group(self.running.pid)
        self.running = None
        return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


async def _start(child: Child) -> asyncio.subprocess.Process:
    supervisor_pid = os.getpid()
    prctl = getattr(ctypes.CDLL(None), "prctl", None)

    def end_with_supervisor() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != supervisor_pid:
            os._exit(1)

    return await asyncio.create_subprocess_exec(
        *child.command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=sys.stderr,  # our stdout is for results
        env={**os.environ, **child.env},
        process_group=0,
        preexec_fn=end_with_supervisor,
    )


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
