"""Writes the vendored files anew from their packages, or checks them against their sums (`--check`)."""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).parent.parent / "regulars/web/shell/static/vendor"
TABLE = VENDOR / "VENDORED.toml"
PATHS = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def unpack(package: dict[str, Any], into: Path) -> Path:
    """Fetch one package with npm and return the folder of its files."""
    name = f"{package['name']}@{package['version']}"
    subprocess.run(["npm", "pack", name, "--silent"], cwd=into, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(into.glob("*.tgz"))) as archive:
        archive.extractall(into, filter="data")
    return into / "package"


def sprite(icons: list[str], source: Path) -> str:
    """Join single icons into one file of symbols, each under its own name."""
    symbols = []
    for icon in sorted(icons):
        match = PATHS.search((source / f"rounded/{icon}.svg").read_text())
        if match is None:
            raise SystemExit(f"{icon}.svg is not the drawing we expect.")
        symbols.append(f'<symbol id="{icon}" viewBox="0 -960 960 960">{match[1]}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def write(package: dict[str, Any], source: Path) -> None:
    """Copy, join or draw what the table asks of one package."""
    contents = {to: (source / start).read_bytes() for start, to in package["copies"].items()}
    if "joined" in package:
        lines = [line.strip() for part in package["parts"] for line in (source / part).read_text().splitlines()]
        contents[package["joined"]] = ("\n".join(filter(None, lines)) + "\n").encode()
    if "sprite" in package:
        contents[package["sprite"]] = sprite(package["icons"], source).encode()
    for to, content in contents.items():
        (VENDOR / to).parent.mkdir(parents=True, exist_ok=True)
        (VENDOR / to).write_bytes(content)


def sums() -> dict[str, str]:
    """Return the SHA-256 of every vendored file."""
    files = sorted(f for f in VENDOR.rglob("*") if f.is_file() and f != TABLE)
    return {f.relative_to(VENDOR).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def refresh() -> None:
    """Fetch every package of the table, write its files and their sums."""
    for package in tomllib.loads(TABLE.read_text())["package"]:
        with tempfile.TemporaryDirectory() as folder:
            write(package, unpack(package, Path(folder)))
    head = TABLE.read_text().split("[sums]")[0]
    TABLE.write_text(head + "[sums]\n" + "".join(f'"{name}" = "{total}"\n' for name, total in sums().items()))


def check() -> None:
    """Stop with a list of the files that differ from the table."""
    wanted, found = tomllib.loads(TABLE.read_text())["sums"], sums()
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        raise SystemExit("Vendored files differ from VENDORED.toml: " + ", ".join(wrong))


if __name__ == "__main__":
    check() if "--check" in sys.argv[1:] else refresh()
