"""The machine: whether there is room on its disks and in its memory."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from regulars import database, variables
from regulars.kit import embedded_postgres
from regulars.kit.checks import Finding, failed, ok, warning

GB: Final = 1_000_000_000
NO_ROOM, LITTLE_ROOM = 0.5 * GB, 2 * GB
NEEDED_MB: Final = 400
"""What one web process and the worker hold at most, PostgreSQL apart; measured by `regulars demo --once`."""
NEXT_WORKER_MB: Final = 130
_CGROUPS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def disk(at: datetime) -> list[Finding]:
    """Look at the disks of the home folder and, where it is ours, of the database."""
    return list(_disks())


def _disks() -> Iterator[Finding]:
    seen: set[int] = set()
    for what, folder in _folders():
        place = _nearest(folder)
        if (device := place.stat().st_dev) in seen:
            continue
        seen.add(device)
        free = shutil.disk_usage(place).free
        said = f"{free / GB:.1f} GB are free where {what} lies ({folder})."
        fix = f"Make room, or move it to a larger disk; what takes it: du -xh -d1 {place} | sort -h"
        if free < NO_ROOM:
            yield failed("disk", f"Only {said}", fix)
        elif free < LITTLE_ROOM:
            yield warning("disk", f"Only {said}", fix)
        else:
            yield ok("disk", said)


def _folders() -> Iterator[tuple[str, Path]]:
    yield "the home folder", database.home()
    if database.kind() == "embedded":
        yield "the database", embedded_postgres.where(database.home()).cluster


def _nearest(path: Path) -> Path:
    return path if path.exists() else _nearest(path.parent)


def memory_of(at: datetime) -> Finding:
    """Compare the machine's memory, or what its container may have, with what is needed. Too little warns and no more."""
    needed = needed_mb()
    has = _limit_mb()
    said = f"Web and worker need up to {needed} MB, PostgreSQL apart"
    if not has:
        return ok("memory", f"{said}; how much this machine has cannot be read.")
    if has < needed:
        return warning(
            "memory", f"{said}; there are {has:,.0f} MB.", "Give it more memory, or: export REGULARS_WEB_WORKERS=1"
        )
    return ok("memory", f"{said}; there are {has:,.0f} MB.")


def needed_mb() -> int:
    """How much web and worker may need, in megabytes."""
    return NEEDED_MB + NEXT_WORKER_MB * (int(variables.number("REGULARS_WEB_WORKERS")) - 1)


def _limit_mb() -> float:
    """What the machine has, or the container may have if that is less; 0 when nobody can tell."""
    sizes = []
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        sizes.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for path in _CGROUPS:
        try:
            sizes.append(int(path.read_text()))
        except (OSError, ValueError):
            continue
    return min(sizes) / 1_000_000 if sizes else 0.0
