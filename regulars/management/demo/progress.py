"""A progress line on stderr: how far, how fast, how long still; plain lines where there is no terminal."""

import sys
import time
from collections.abc import Iterable, Iterator

WIDTH = 24


class Progress:
    """Shows steps of a long job; on a terminal one line is rewritten, elsewhere a line comes every ten seconds."""

    def __init__(self) -> None:
        self.is_terminal = sys.stderr.isatty()
        self._said = 0.0

    def say(self, text: str) -> None:
        """Write one line."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def follow[Thing](self, things: Iterable[Thing], total: int, what: str) -> Iterator[Thing]:
        """Yield the things and show how many of the total are behind."""
        began = time.monotonic()
        done = 0
        for done, thing in enumerate(things, start=1):
            yield thing
            now = time.monotonic()
            if now - self._said >= (0.2 if self.is_terminal else 10):
                self._said = now
                self._write(_line(done, total, now - began, what))
        if self.is_terminal:
            self._write(_line(done, total, time.monotonic() - began, what) + "\n")
        else:
            self.say(_line(done, total, time.monotonic() - began, what))

    def _write(self, line: str) -> None:
        if self.is_terminal:
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()
        else:
            self.say(line)


def _line(done: int, total: int, seconds: float, what: str) -> str:
    rate = done / seconds if seconds > 0 else 0.0
    filled = min(WIDTH, WIDTH * done // max(total, 1))
    left = f", {(total - done) / rate:.0f} s left" if rate and done < total else ""
    return f"{'█' * filled}{'░' * (WIDTH - filled)} {done:,} of {total:,} {what}, {rate:,.0f}/s{left}"
