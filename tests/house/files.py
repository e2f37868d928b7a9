"""What may stand in the repository's files: the product, and nothing about the machine or the day it was written on."""

import re
import subprocess
from pathlib import Path

TEXT = {
    ".py", ".md", ".toml", ".html", ".css", ".js", ".yaml", ".yml", ".json", ".txt", ".sh", ".cfg", ".ini", ".po", "",
    ".example", ".svg",
}  # fmt: skip
LOCK_FILES = {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "package-lock.json", "yarn.lock", "pnpm-lock.yaml"}
UNWANTED = {
    r"(files\.pythonhosted|pypi|npmjs|crates|registry\.yarnpkg)\.(org|com|io)": (
        "names the host of a package registry: name the package, each house reaches its registry its own way"
    ),
    r"(?<![\w.])/(home|Users|root|work|mnt)/(?!ann\b)\w{3}": "is a path of one machine: make it relative or ask the environment",
    r"-----BEGIN [A-Z ]*PRIVATE KEY": "is a secret: take it from the environment and change it where it was used",
    r"\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|xox[bp]-[0-9A-Za-z-]{20,})": (
        "is a secret: take it from the environment and change it where it was used"
    ),
    r"(?i)co-authored[-]by|generated[ ]with|(?<![\w/])(issue|ticket|task) ?#?\d+\b(?! of)": (
        "speaks of how the change came about: say what holds now; history is in the log"
    ),
    r"\b(TODO|FIXME|XXX)[:( ]": "is a note to oneself: settle it now, or write it into docs as a limit",
}


def tracked(root: Path) -> list[Path]:
    """Files of the repository and those about to become some; without git, all that is neither hidden nor ignored."""
    git = ["git", "-c", "safe.directory=*", "-C", str(root)]
    listed = subprocess.run(
        [*git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"], capture_output=True, check=False
    )
    if listed.returncode == 0:
        return [path for name in listed.stdout.decode().split("\0") if name and (path := root / name).is_file()]
    ignored = {line.strip("/\n") for line in (root / ".gitignore").read_text().splitlines()}
    return [path for path in root.rglob("*") if path.is_file() and not _is_aside(path.relative_to(root), ignored)]


def _is_aside(path: Path, ignored: set[str]) -> bool:
    return any(part.startswith(".") or part in ignored for part in path.parts)


def unwanted(root: Path, files: list[Path]) -> list[str]:
    """Lines of text files that speak of something else than the product."""
    return [
        f"{file.relative_to(root)}:{text.count(chr(10), 0, found.start()) + 1} “{found.group().strip()}” {why}."
        for file in files
        if file.suffix in TEXT and "vendor" not in file.parts
        for text in [file.read_text(errors="replace")]
        for pattern, why in UNWANTED.items()
        for found in re.finditer(pattern, text)
    ]


def lock_files(files: list[Path]) -> list[str]:
    """Files that pin what pyproject.toml already pins."""
    return [
        f"{file.name} must not be kept: pins stand in pyproject.toml (`make pins`); docs/decisions/0007-no-lock-file.md."
        for file in files
        if file.name in LOCK_FILES
    ]
