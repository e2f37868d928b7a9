"""What the installation was given: variables that are unknown or cannot be used, and secrets that are none."""

import os
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings

from regulars import database, variables
from regulars.kit.checks import Finding, failed, ok, warning

SHORTEST = 32
_HANDED: Final = Path("/run/secrets")
_OLD: Final = "With the old one in REGULARS_SECRET_KEY_FALLBACKS, links that were sent stay good."
# What stands in the tests of this repository and in examples; whoever reads them could sign links.
_KNOWN_TO_ALL: Final = ("only-for-tests", "x", "secret", "changeme", "password")


def variables_of(at: datetime) -> list[Finding]:
    """Look for variables that cannot be used, and for names that mean nothing."""
    name = "variables"
    found = [failed(name, sentence, "regulars config") for sentence in variables.list_unusable()]
    if trouble := getattr(settings, "TROUBLE", ""):  # set where the settings could not be read; see regulars/cli.py
        found = found or [failed(name, f"The settings cannot be read: {trouble}", "regulars config")]
    found += [warning(name, *unknown(*pair)) for pair in variables.list_unknown()]
    return found or [ok(name, "Every variable is known and can be used.")]


def unknown(name: str, nearest: str) -> tuple[str, str]:
    """A sentence about a name that means nothing, and what to do."""
    if nearest:
        return f"{name} means nothing here. Was {nearest} meant?", f"unset {name}; export {nearest}=…"
    return f"{name} means nothing here.", f"unset {name}"


def secrets_of(at: datetime) -> list[Finding]:
    """Look whether the secrets are secret: long, ours alone, and in files that others cannot read."""
    found = [*_secret_key(), *_files(), *_sister_key()]
    return found or [ok("secrets", f"The secret key is {_where()}, and nobody else can read it.")]


def _where() -> str:
    return "given" if _given("REGULARS_SECRET_KEY") else "kept in the home folder"


def _given(name: str) -> str:
    try:
        return variables.text(name)
    except variables.VariableNotPossible:
        return ""


def _secret_key() -> Iterator[Finding]:
    given = _given("REGULARS_SECRET_KEY")
    fix = "export REGULARS_SECRET_KEY=$(openssl rand -base64 48)"
    if given in _KNOWN_TO_ALL:
        yield failed("secrets", "The secret key is one that everybody knows: links and cookies can be forged.", fix)
    elif given and len(given) < SHORTEST:
        yield warning("secrets", f"The secret key has fewer than {SHORTEST} characters and may be guessed. {_OLD}", fix)


def _files() -> Iterator[Finding]:
    """Files with secrets that every user of this machine can read."""
    named = [os.environ.get(f"{one.name}_FILE", "") for one in variables.TABLE if one.is_secret]
    for path in [database.home() / "secret_key", *(Path(each) for each in named if each)]:
        if _is_open(path):
            yield failed("secrets", f"Everybody on this machine can read {path}.", f"chmod 600 {path}")


def _is_open(path: Path) -> bool:
    """Whether everybody may read a file and enter each folder above it. What a container was handed is its own affair."""
    if _HANDED in path.parents:
        return False
    try:
        is_open = bool(path.stat().st_mode & stat.S_IROTH)
        return is_open and all(folder.stat().st_mode & stat.S_IXOTH for folder in path.absolute().parents)
    except OSError:
        return False


def _sister_key() -> Iterator[Finding]:
    try:
        systems = variables.listed("REGULARS_SYSTEMS")
    except variables.VariableNotPossible:
        return
    if len(systems) < 2 and not _given("REGULARS_SISTER_KEY"):
        yield failed(
            "secrets",
            "Only one system runs here, and no sister key is set: nothing that the other one says can be believed.",
            "export REGULARS_SISTER_KEY=…, the same in both installations",
        )
