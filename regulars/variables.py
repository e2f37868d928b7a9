"""What an installation is set by: one table of environment variables, read here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final


class VariableNotPossible(Exception):
    """A variable has a value that cannot be used; the message names it and says what would do."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: `effect` is a sentence for people; a secret may also come from the file that `…_FILE` names.

    With `is_internal` a command sets it for its own processes, and nobody else should.
    """

    name: str
    default: str
    effect: str
    example: str = ""
    is_secret: bool = False
    is_internal: bool = False


TABLE: Final[tuple[Variable, ...]] = (
    Variable(
        "DATABASE_URL", "", "The PostgreSQL to use, 15 or newer, as the owner of the database. Empty: the one that comes along.",
        "postgresql://owner:password@host/regulars", is_secret=True,
    ),
    Variable("REGULARS_HOME", "", "The folder of everything kept on disk. Empty: the user's data folder.", "/var/lib/regulars"),
    Variable(
        "REGULARS_PUBLIC_ADDRESS", "http://127.0.0.1:8000",
        "The address under which people reach the pages; links in messages begin with it.", "https://club.example.org",
    ),
    Variable("REGULARS_HOSTS", "", "Further host names under which the pages answer, with commas.", "shop.example.org"),
    Variable(
        "REGULARS_SECRET_KEY", "", "Signs links, cookies and codes. Empty: made once and kept in the home folder.",
        is_secret=True,
    ),
    Variable(
        "REGULARS_SECRET_KEY_FALLBACKS", "", "Earlier secret keys, with commas: what they signed stays good.", is_secret=True
    ),
    Variable("REGULARS_SYSTEMS", "loyalty,smartcomms", "Which of the two systems run here.", "loyalty"),
    Variable("REGULARS_SISTER_ADDRESS", "", "Where the other system answers, when it runs elsewhere.", "https://sc.example.org"),
    Variable("REGULARS_SISTER_KEY", "", "What both systems sign their letters with, when they run apart.", is_secret=True),
    Variable(
        "RABBITMQ_URL", "", "The broker that carries news between the systems. Empty: a file once a day.",
        "amqp://user:password@host:5672/", is_secret=True,
    ),
    Variable("REGULARS_RABBITMQ_PREFIX", "", "Begins the names of our queues, where installations share a broker.", "eu."),
    Variable("REGULARS_EXCHANGE_FOLDER", "", "The folder of the daily files between the systems.", "/srv/exchange"),
    Variable("REGULARS_EXCHANGE_HOUR", "3", "The hour at which the daily file is written, in the programme's zone.", "3"),
    Variable("REGULARS_WEB_WORKERS", "1", "How many processes answer requests.", "2"),
    Variable("REGULARS_LOG_LEVEL", "WARNING", "The least important lines that are logged.", "INFO"),
    Variable("REGULARS_ADMIN_LOGIN", "", "Login of the first administrator, when nobody works here yet.", "ada"),
    Variable("REGULARS_ADMIN_PASSWORD", "", "Password of the first administrator.", is_secret=True),
    Variable("REGULARS_STATIC_ROOT", "", "A folder of collected static files, when another server delivers them."),
    Variable("REGULARS_EXCHANGE_EVERY_S", "0", "Seconds between files, for the demo.", is_internal=True),
    Variable("REGULARS_DATABASE_KIND", "", "What kind of database a parent process has started.", is_internal=True),
    Variable("REGULARS_DEMO", "", "1 under `regulars demo`.", is_internal=True),
    Variable("REGULARS_DEMO_SOURCE", "", "Where the demo's data come from.", is_internal=True),
    Variable("REGULARS_SANDBOX_RECORD", "", "Where the stand-in SMSC writes what it got.", is_internal=True),
    Variable("REGULARS_SANDBOX_MAIL_RECORD", "", "Where the stand-in mail server writes what it got.", is_internal=True),
    Variable("REGULARS_SANDBOX_CONTROL_PORT", "", "Where the stand-ins are told how to behave.", is_internal=True),
    Variable("REGULARS_FAILPOINT", "", "Where a process kills itself, for tests.", is_internal=True),
)  # fmt: skip


@cache
def by_name() -> Mapping[str, Variable]:
    """The table by name."""
    return {each.name: each for each in TABLE}


def find(name: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """What the environment says about a variable of the table, or None; a secret may stand in a file.

    Raises `VariableNotPossible` when that file cannot be read.
    """
    variable = by_name()[name]
    if name in environment:
        return environment[name]
    path = environment.get(f"{name}_FILE", "") if variable.is_secret else ""
    if not path:
        return None
    try:
        return Path(path).read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise VariableNotPossible(f"{name}_FILE names a file that cannot be read: {path}") from error


def text(name: str) -> str:
    """A variable's value, else its default."""
    found = find(name)
    return by_name()[name].default if found is None else found


def listed(name: str) -> list[str]:
    """A variable's values, told apart by commas."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def number(name: str) -> float:
    """A variable that is a number; raises `VariableNotPossible` when it is none."""
    said = text(name)
    try:
        return float(said)
    except ValueError as error:
        raise VariableNotPossible(
            f"{name} is a number, such as {by_name()[name].default}, and not “{said}”."
        ) from error
