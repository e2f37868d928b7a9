"""A parcel of many rows takes hardly more memory than one of few, to write and to read."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

PROGRAM = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from regulars.warehouse import reading
from regulars.warehouse.writing import Draft

folder, count, tables = Path(sys.argv[1]), int(sys.argv[2]), {"people": {"person_id": "varchar", "name": "varchar"}}
with Draft(folder, "loyalty", tables) as draft:
    for first in range(0, count, 1000):
        rows = ({"person_id": f"mem_{n:032x}", "name": f"{n * 7919:064x}"} for n in range(first, first + 1000))
        draft.add("people", rows)
    draft.publish(key="key", sequence=1, is_full=True, at=datetime(2026, 11, 24, tzinfo=UTC))
(path,) = reading.find_parcels(folder, "loyalty")
parcel = reading.open_parcel(path, sender="loyalty", tables=tables, key="key")
assert sum(len(batch) for batch in parcel.rows("people")) == count
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
MOST_MORE_MB = 100


def peak_mb(folder: Path, rows: int) -> int:
    folder.mkdir()
    command = [sys.executable, "-c", PROGRAM, str(folder), str(rows)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return int(said.stdout)


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    few, many = peak_mb(tmp_path / "few", 1_000), peak_mb(tmp_path / "many", 600_000)

    assert many - few < MOST_MORE_MB, f"{few} MB for a thousand rows, {many} MB for six hundred thousand"
