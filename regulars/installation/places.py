"""Where an installation keeps what, how much of it there is, and how to remove all of it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from regulars import database, variables
from regulars.installation.effective import masked
from regulars.kit import backups, embedded_postgres


@dataclass(frozen=True, slots=True)
class Place:
    """Something that is kept: what, where, and its size in octets; None where nothing is, or nobody can tell."""

    what: str
    where: str
    octets: int | None = None


def list_all() -> Iterator[Place]:
    """Everything that the installation keeps."""
    home = database.home()
    yield _kept("home", home)
    yield from _database(home)
    if not _text("REGULARS_SECRET_KEY"):
        yield _kept("secret key", home / "secret_key")
    last = backups.last()
    yield _kept("last backup", Path(last.file)) if last else Place("last backup", "none was made from here")
    yield from _exchange(home)
    yield Place("logs", "written to the standard error of each process; under systemd: journalctl -u 'regulars*'")
    for what, path in (("demo: texts", home / "demo-smsc.jsonl"), ("demo: mails", home / "demo-smsc.mail.jsonl")):
        if path.exists():
            yield _kept(what, path)


def _database(home: Path) -> Iterator[Place]:
    if database.kind() == "embedded":
        found = embedded_postgres.where(home)
        yield _kept("database", found.cluster)
        yield _kept("database log", found.log)
    else:
        yield Place("database", masked(_text("DATABASE_URL")), _database_octets())


def _database_octets() -> int | None:
    try:
        with psycopg.connect(variables.text("DATABASE_URL"), connect_timeout=4) as link:
            row = link.execute("select pg_database_size(current_database())").fetchone()
    except (psycopg.Error, variables.VariableNotPossible):  # it is away: then nobody can tell
        return None
    return int(row[0]) if row else None


def _exchange(home: Path) -> Iterator[Place]:
    chosen = variables.find("REGULARS_EXCHANGE_FOLDER")
    if chosen:
        yield _kept("exchange", Path(chosen))
    elif chosen is None and (home / "exchange").exists():
        yield _kept("exchange", home / "exchange")


def _text(name: str) -> str:
    try:
        return variables.text(name)
    except variables.VariableNotPossible:
        return ""


def _kept(what: str, path: Path) -> Place:
    return Place(what, str(path), octets_of(path))


def octets_of(path: Path) -> int | None:
    """The size of a file, or of everything below a folder that may be read; None where nothing is."""
    if not path.exists():
        return None
    if path.is_file():
        return path.stat().st_size
    total = 0
    for folder, _, files in os.walk(path, onerror=lambda _: None):
        for name in files:
            try:
                total += os.lstat(Path(folder) / name).st_size
            except OSError:
                continue
    return total


def removal() -> Iterator[str]:
    """How to remove everything, as commands. Nothing can be brought back afterwards but from a backup."""
    home = database.home()
    if database.kind() == "server":
        yield "regulars backup regulars.backup    # if anything should be kept"
        yield "dropdb regulars                    # on the server of DATABASE_URL, by the name that stands there"
        yield "dropuser regulars_app              # when no other installation is on that server"
    else:
        yield "regulars backup ~/regulars.backup  # if anything should be kept"
        cluster = embedded_postgres.where(home).cluster
        if home not in cluster.parents:
            yield f"rm -rf {cluster.parent.parent}"
    yield f"rm -rf {home}"
    yield "uv tool uninstall regulars"
