"""Writes the versions of all dependencies, of every group and extra, as constraints into pyproject.toml."""

import re
import subprocess
from pathlib import Path

EXPORT = [
    "uv",
    "export",
    "--all-groups",
    "--all-extras",
    "--no-hashes",
    "--no-annotate",
    "--no-header",
    "--no-emit-project",
    "--upgrade",
]


def main() -> None:
    """Resolve anew and replace the list."""
    said = subprocess.run(EXPORT, check=True, capture_output=True, text=True).stdout
    pins = sorted({line.split(" ;")[0].strip() for line in said.splitlines() if "==" in line})
    listed = "\n".join(f'  "{pin}",' for pin in pins)
    path = Path("pyproject.toml")
    text = re.sub(r"\n\[tool\.uv\]\nconstraint-dependencies = \[\n.*?\n\]\n", "", path.read_text(), flags=re.DOTALL)
    path.write_text(f"{text.rstrip()}\n\n[tool.uv]\nconstraint-dependencies = [\n{listed}\n]\n")
    print(f"{len(pins)} pins")


if __name__ == "__main__":
    main()
