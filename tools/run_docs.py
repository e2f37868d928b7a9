"""Runs what the documents say: each page's ```sh blocks, from top to bottom, as one script in a house of its own.

A block that begins with ```sh elsewhere is for another machine, one with ```sh server for an empty server (`tests/deploy` runs
those). The rules of `tests/house/commands.py` hold for all of them. `python tools/run_docs.py [PAGE …]`.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```sh *(\S*)\n(.*?)^```$", re.M | re.S)
PATIENCE_S = 300


def blocks(page: Path, kind: str = "") -> list[str]:
    """The commands of a page that are for one kind of machine."""
    return [text for found, text in BLOCK.findall(page.read_text()) if found == kind]


def pages() -> list[Path]:
    """All pages with something to run here."""
    listed = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]
    return [page for page in listed if blocks(page)]


def run(page: Path) -> bool:
    """Run one page in an empty home, and show its end when it fails."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="regulars-docs-") as folder:
        Path(folder).chmod(0o755)
        script = "\n".join(["set -euo pipefail", *blocks(page)])
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("REGULARS_", "DATABASE_", "RABBITMQ_"))
        }
        env = {
            **kept,
            "HOME": folder,
            "REGULARS_HOME": f"{folder}/home",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        work = Path(folder) / "work"
        work.mkdir()
        started = subprocess.Popen(
            ["bash", "-c", script], cwd=work, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
        try:
            said, _ = started.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            said = (
                f"{started.communicate()[0]}\nIt did not end within {PATIENCE_S} s. Does the page stop what it starts?"
            )
            started.returncode = 1
        _end_group(started.pid)
        shutil.rmtree(work, ignore_errors=True)
    seconds = time.monotonic() - began
    print(f"{'ok    ' if started.returncode == 0 else 'FAILED'} {page.relative_to(ROOT)} ({seconds:.0f} s)", flush=True)
    if started.returncode:
        print("\n".join(said.splitlines()[-60:]), flush=True)
    return started.returncode == 0


def _end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGTERM)
        time.sleep(2)
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def main() -> None:
    """Run the pages that were named, else all."""
    wanted = [Path(name).resolve() for name in sys.argv[1:]] or pages()
    failed = [page.name for page in wanted if not run(page)]
    if failed:
        raise SystemExit(f"These pages say what does not work: {', '.join(failed)}")


if __name__ == "__main__":
    main()
