"""What an installation is set by: one table of environment variables, read here and nowhere else."""

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

OURS = "REGULARS_"
# Set for tests and benchmarks of this repository, and read by no installation.
_FOR_TESTS = ("REGULARS_TEST_", "REGULARS_PICTURES")


class VariableNotPossible(Exception):
    """A variable has a value that cannot be used; the message names it and says what would do."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: `effect` is a sentence for people; a secret may also come from the file that `…_FILE` names.

    With `is_internal` a command sets it for its own processes, and nobody else should. `limits` are the least and the most
    that a number may be, a whole one if they are; `choices` are the words that may stand here, told apart by commas.
    """

    name: str
    default: str
    effect: str
    example: str = ""
    is_secret: bool = False
    is_internal: bool = False
    limits: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()


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
    Variable(
        "REGULARS_SYSTEMS", "loyalty,smartcomms", "Which of the two systems run here.", "loyalty",
        choices=("loyalty", "smartcomms"),
    ),
    Variable("REGULARS_SISTER_ADDRESS", "", "Where the other system answers, when it runs elsewhere.", "https://sc.example.org"),
    Variable("REGULARS_SISTER_KEY", "", "What both systems sign their letters with, when they run apart.", is_secret=True),
    Variable(
        "RABBITMQ_URL", "", "The broker that carries news between the systems. Empty: a file once a day.",
        "amqp://user:password@host:5672/", is_secret=True,
    ),
    Variable("REGULARS_RABBITMQ_PREFIX", "", "Begins the names of our queues, where installations share a broker.", "eu."),
    Variable("REGULARS_EXCHANGE_FOLDER", "", "The folder of the daily files between the systems.", "/srv/exchange"),
    Variable(
        "REGULARS_EXCHANGE_HOUR", "3", "The hour at which the daily file is written, in the programme's zone.", "3",
        limits=(0, 23),
    ),
    Variable("REGULARS_WEB_WORKERS", "1", "How many processes answer requests.", "2", limits=(1, 64)),
    Variable(
        "REGULARS_REQUESTS_PER_KEY", "100",
        "How many requests a second a till's key may make at each of these processes, ten times as many at once. 0: no limit.",
        "20", limits=(0.0, 100_000.0),
    ),
    Variable(
        "REGULARS_LOG_LEVEL", "WARNING", "The least important lines that are logged; with INFO there is one for each request.",
        "INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
    ),
    Variable(
        "REGULARS_LOG_FORMAT", "auto",
        "How lines are written: `pretty` for people, `json` for programs; `auto` is pretty on a terminal.",
        "json", choices=("auto", "pretty", "json"),
    ),
    Variable(
        "REGULARS_METRICS_TOKEN", "",
        "What a collector of metrics says as its bearer token. Empty: only this machine may collect.",
        is_secret=True,
    ),
    Variable(
        "REGULARS_PROXIES", "",
        "Addresses or networks of your reverse proxies, with commas: they are believed who asks, and whether by TLS.",
        "127.0.0.1,10.0.0.0/8",
    ),
    Variable(
        "REGULARS_DNS_SERVER", "", "The name server that is asked about the mail domain. Empty: the machine's own.",
        "192.0.2.53:53",
    ),
    Variable(
        "REGULARS_CODES_PER_HOUR", "1000", "How many one-time codes are sent by SMS in an hour, in all. 0: no limit.", "300",
        limits=(0, 1_000_000),
    ),
    Variable(
        "REGULARS_CODES_PER_ADDRESS", "30", "How many of them one network address may ask for. 0: no limit.", "10",
        limits=(0, 1_000_000),
    ),
    Variable("REGULARS_ADMIN_LOGIN", "", "Login of the first administrator, when nobody works here yet.", "ada"),
    Variable("REGULARS_ADMIN_PASSWORD", "", "Password of the first administrator.", is_secret=True),
    Variable("REGULARS_STATIC_ROOT", "", "A folder of collected static files, when another server delivers them."),
    Variable("REGULARS_EXCHANGE_EVERY_S", "0", "Seconds between files, for the demo.", is_internal=True, limits=(0.0, 86_400.0)),
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

    Raises `VariableNotPossible` when it is said twice, when that file cannot be read, or when the value cannot be used.
    """
    variable = by_name()[name]
    path = environment.get(f"{name}_FILE", "") if variable.is_secret else ""
    said = environment.get(name)
    if path and said:
        raise VariableNotPossible(f"{name} and {name}_FILE are both set. Keep one of them.")
    if path:
        return _read(name, path)
    if not said and (variable.limits or variable.choices):
        return None
    _refuse_unusable(variable, said or "")
    return said


def _read(name: str, path: str) -> str:
    try:
        return Path(path).read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise VariableNotPossible(f"{name}_FILE names a file that cannot be read: {path}") from error


def _refuse_unusable(variable: Variable, said: str) -> None:
    if variable.limits is not None:
        _read_number(variable, said)
    if variable.choices and (wrong := [one for one in _parts(said) if one not in variable.choices]):
        listed = ", ".join(variable.choices)
        raise VariableNotPossible(f"{variable.name} knows the words {listed}, and not “{wrong[0]}”.")


def _read_number(variable: Variable, said: str) -> float:
    least, most = variable.limits or (float("-inf"), float("inf"))
    kind: type[int] | type[float] = int if isinstance(least, int) else float
    try:
        number = kind(said)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        whole = "a whole number" if kind is int else "a number"
        limits = f" from {least:g} to {most:g}" if variable.limits else ""
        raise VariableNotPossible(f"{variable.name} is {whole}{limits}, and not “{said}”.")
    return number


def text(name: str) -> str:
    """A variable's value, else its default."""
    found = find(name)
    return by_name()[name].default if found is None else found


def _parts(said: str) -> list[str]:
    return [part.strip() for part in said.split(",") if part.strip()]


def listed(name: str) -> list[str]:
    """A variable's values, told apart by commas."""
    return _parts(text(name))


def number(name: str) -> float:
    """A variable that is a number; raises `VariableNotPossible` when it is none, or is out of its limits."""
    return _read_number(by_name()[name], text(name))


def list_unknown(environment: Mapping[str, str] = os.environ) -> Iterator[tuple[str, str]]:
    """Names that begin like ours and mean nothing, each with the nearest name that does, or an empty one."""
    known = [*by_name(), *(f"{one.name}_FILE" for one in TABLE if one.is_secret)]
    for name in sorted(environment):
        if name.startswith(OURS) and name not in known and not name.startswith(_FOR_TESTS):
            told_apart = {each.removeprefix(OURS): each for each in known}  # what all share makes none of them near
            nearest = difflib.get_close_matches(name.removeprefix(OURS), told_apart, n=1)
            yield name, told_apart[nearest[0]] if nearest else ""


def list_unusable(environment: Mapping[str, str] = os.environ) -> list[str]:
    """One sentence for each variable whose value cannot be used."""
    sentences = []
    for variable in TABLE:
        try:
            find(variable.name, environment)
        except VariableNotPossible as error:
            sentences.append(str(error))
    return sentences
