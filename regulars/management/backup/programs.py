"""PostgreSQL's own programs: which of those at hand fits the server, and how they are told where the database is."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
from django.db import connections

from regulars.kit import embedded_postgres

_DEBIAN = Path("/usr/lib/postgresql")
_ENCRYPTED = {"require", "verify-ca", "verify-full"}


class ToolMissing(Exception):
    """No program at hand can do it; the message says what to install."""


class ToolFailed(Exception):
    """A program of PostgreSQL has failed; the message ends with its own words."""


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with pg_dump, pg_restore and psql of one version."""

    folder: Path
    major: int

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


def choose(server: int, *, at_least: int = 0) -> Programs:
    """The programs that fit a server of this major version best: the oldest that are not older than it and `at_least`.

    Those of the wheel speak no TLS, so they are left out where the address asks for it. Raises `ToolMissing`.
    """
    wanted = max(server, at_least)
    found = sorted((one for one in _at_hand() if one.major >= wanted), key=lambda one: one.major)
    if not found:
        raise ToolMissing(
            f"PostgreSQL {wanted} is used here, and no pg_dump of version {wanted} or newer was found."
            f" Install the client programs of PostgreSQL {wanted}, such as the package postgresql-client-{wanted}."
        )
    return found[0]


def _at_hand() -> Iterator[Programs]:
    folders = [path.parent for path in sorted(_DEBIAN.glob("*/bin/pg_dump"))]
    if on_path := shutil.which("pg_dump"):
        folders.append(Path(on_path).resolve().parent)
    given = connections["default"].get_connection_params()
    if given.get("sslmode") not in _ENCRYPTED:
        folders.append(_of_the_wheel())
    for folder in dict.fromkeys(folders):
        if all((folder / name).exists() for name in ("pg_dump", "pg_restore", "psql")) and (major := _major(folder)):
            yield Programs(folder, major)


def _of_the_wheel() -> Path:
    try:
        return embedded_postgres.binaries()
    except embedded_postgres.CannotStart:
        return Path("/no/such/folder")


def _major(folder: Path) -> int:
    try:
        said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0


def environment(database: str = "") -> dict[str, str]:
    """What the programs must know, as environment variables: nobody sees the password in a list of processes."""
    given = connections["default"].get_connection_params()
    names = {
        "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE",
        "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
    }  # fmt: skip
    told = {variable: str(given[name]) for name, variable in names.items() if given.get(name)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG") or name == "PGPASSFILE"}
    return kept | told | ({"PGDATABASE": database} if database else {}) | {"PGAPPNAME": "regulars backup"}


def major_of(link: psycopg.Connection[Any]) -> int:
    """The major version of the server behind a connection."""
    return link.info.server_version // 10_000


def read(command: list[str], env: Mapping[str, str]) -> Iterator[bytes]:
    """What a program writes, piece by piece. Raises `ToolFailed` with its last words."""
    with (
        tempfile.TemporaryFile() as words,
        subprocess.Popen(command, env=dict(env), stdout=subprocess.PIPE, stderr=words) as running,
    ):
        assert running.stdout is not None
        try:
            while chunk := running.stdout.read(1 << 20):
                yield chunk
        except BaseException:
            running.kill()
            raise
        if running.wait():
            raise ToolFailed(f"{Path(command[0]).name} failed: {last_words(words)}")


def last_words(words: IO[bytes]) -> str:
    """The end of what a program complained into a file."""
    words.seek(0)
    return words.read().decode(errors="replace").strip()[-800:]
