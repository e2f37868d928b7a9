"""Runs import-linter, with the contracts of pyproject.toml, on the tree or on a copy of it."""

import subprocess
import sys
from pathlib import Path

from tests.house.source import ROOT

_RUN = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


def checked(root: Path) -> tuple[bool, str]:
    """Whether all contracts are kept by the `regulars` in this folder, and what import-linter says."""
    command = [sys.executable, "-c", _RUN, "--no-cache", "--no-logo", "--config", str(ROOT / "pyproject.toml")]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=60)
    return ran.returncode == 0, ran.stdout + ran.stderr
