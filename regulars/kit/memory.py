"""How much memory processes hold: the proportional set size, in which what several share is counted once (Linux)."""

from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")


def pss_mb(pids: Iterable[int]) -> float:
    """The memory of these processes and all their children, in megabytes (10^6 octets); 0 where nothing can be read."""
    return sum(_pss_octets(pid) for pid in with_children(pids)) / 1_000_000


def pss_mb_alone(pid: int) -> float:
    """The memory of one process without its children, in megabytes."""
    return _pss_octets(pid) / 1_000_000


def with_children(pids: Iterable[int]) -> set[int]:
    """These processes and everything they started that still runs."""
    parents = {int(folder.name): _parent(folder) for folder in _PROC.glob("[0-9]*")}
    found = set(pids) & parents.keys()
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _parent(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def _pss_octets(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
