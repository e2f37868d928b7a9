"""The one command: `regulars …` is Django's management commands and ours."""

import os
import sys
from importlib.metadata import version

from regulars import variables

# Commands that read or change nothing in the database.
WITHOUT_DATABASE = {
    "version",
    "--version",
    "makemigrations",
    "sandbox",
    "import_sample",
    "compilemessages",
    "makemessages",
}
# Commands that tell what is wrong, and so must not be stopped by it. Two of them need no room, and start without any.
LOOKING = {"doctor", "config", "where"}
WITHOUT_ROOMS = {"config", "where"}
START_IT_THEMSELVES = {"demo", "up"} | LOOKING
HELP: tuple[list[str], ...] = ([], ["help"], ["--help"], ["-h"])


def main() -> None:
    """Run a command; the embedded PostgreSQL is started on demand. What cannot be is said in a sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
    words = sys.argv[1:]
    if words in (["--version"], ["version"]):
        sys.stdout.write(f"{version('regulars')}\n")
        return
    if words in HELP:
        from regulars.management import listing

        sys.stdout.write("\n".join(listing.lines()) + "\n")
        return
    try:
        _run(words)
    except variables.VariableNotPossible as wrong:
        sys.exit(f"{wrong}\nWhat is set: regulars config")


def _run(words: list[str]) -> None:
    from django.core.management import execute_from_command_line

    command = words[0]
    if command in LOOKING:
        _read_settings_whatever_comes(is_bare=command in WITHOUT_ROOMS)
    elif unusable := variables.list_unusable():
        raise variables.VariableNotPossible("\n".join(unusable))
    elif command not in WITHOUT_DATABASE | START_IT_THEMSELVES | {"help"} and not {"--help", "-h"} & set(words):
        _start_database()
    if command in {"up", "worker", "demo"}:
        _warn_of_unknown_variables()
    try:
        execute_from_command_line(sys.argv)
    finally:
        _let_the_database_go()


def _let_the_database_go() -> None:
    """Close the pool of connections now: left to the end of the process, its threads are waited for, five seconds each."""
    from django.conf import settings
    from django.db import connections

    if settings.configured and "default" in settings.DATABASES:
        for pool in getattr(type(connections["default"]), "_connection_pools", {}).values():
            pool.close()


def _start_database() -> None:
    from regulars import database
    from regulars.kit.embedded_postgres import CannotStart

    try:
        database.start()
    except CannotStart as trouble:
        sys.exit(f"{trouble}\nWhat else is wrong: regulars doctor")


def _read_settings_whatever_comes(*, is_bare: bool) -> None:
    """Read the settings; where they cannot be read, take none but our own commands, so that these can say why."""
    from django.conf import settings

    bare: dict[str, object] = {"INSTALLED_APPS": ["regulars.rooms.Regulars"], "SYSTEMS": set()}
    if is_bare:
        settings.configure(**bare)
        return
    try:
        settings.INSTALLED_APPS  # noqa: B018 (reads them)
    except Exception as trouble:
        settings.configure(**bare, TROUBLE=str(trouble) or type(trouble).__name__)


def _warn_of_unknown_variables() -> None:
    from regulars.installation import given

    for name, nearest in variables.list_unknown():
        sys.stderr.write(f"{given.unknown(name, nearest)[0]}\n")


if __name__ == "__main__":
    main()
