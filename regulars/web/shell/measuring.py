"""How many requests came by which door, how they ended and how long they took; added up over all web processes of one start.

Several processes count into files of one folder, which are added up when somebody collects. The folder is named by the parent
that they share, so a new start begins at zero, which is what collectors expect.
"""

import multiprocessing
import os
import shutil
import stat
import tempfile
from pathlib import Path

_NAME = "regulars-metrics"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def _shared_folder() -> Path | None:
    """The folder of the web processes that one parent started; None where this process is alone."""
    parent = multiprocessing.parent_process()
    if parent is None or parent.pid is None:
        return None
    begins = f"{_NAME}-{os.geteuid()}-"
    folder = Path(tempfile.gettempdir()) / f"{begins}{parent.pid}-{_started(parent.pid)}"
    _forget_others(folder, begins)
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    is_ours = stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid()
    return folder if is_ours else None


def _started(pid: int) -> str:
    """When a process began, by the kernel's own count, which tells it from a later one with its number."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "0"


def _forget_others(folder: Path, begins: str) -> None:
    """Remove what earlier starts left behind."""
    for other in folder.parent.glob(f"{begins}*-*"):
        pid, _, started = other.name.removeprefix(begins).partition("-")
        if other != folder and pid.isdigit() and _started(int(pid)) != started:
            shutil.rmtree(other, ignore_errors=True)


FOLDER = _shared_folder()
if FOLDER is not None:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)  # the library looks there when it is imported

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

_ours = CollectorRegistry()
_requests = Counter("regulars_requests", "Requests answered, by door and status.", ("door", "status"), registry=_ours)
_seconds = Histogram(
    "regulars_request_seconds", "How long answers took, by door.", ("door",), registry=_ours, buckets=_BUCKETS
)


def count(door: str, status: int, seconds: float) -> None:
    """Count one request."""
    _requests.labels(door, str(status)).inc()
    _seconds.labels(door).observe(seconds)


def written() -> str:
    """What was counted, in the form that collectors read."""
    if FOLDER is None:
        return generate_latest(_ours).decode()
    added_up = CollectorRegistry()
    MultiProcessCollector(added_up, path=str(FOLDER))  # type: ignore[no-untyped-call]
    return generate_latest(added_up).decode()
