"""The one command: `regulars …` is Django's management commands and ours."""

import os
import sys
from importlib.metadata import version

# Commands that read or change nothing in the database.
WITHOUT_DATABASE = {
    "help",
    "--help",
    "-h",
    "version",
    "--version",
    "makemigrations",
    "sandbox",
    "compilemessages",
    "makemessages",
}


def main() -> None:
    """Run a command; the embedded PostgreSQL is started on demand."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
    if sys.argv[1:] in (["--version"], ["version"]):
        sys.stdout.write(f"{version('regulars')}\n")
        return
    from django.core.management import execute_from_command_line

    if len(sys.argv) > 1 and sys.argv[1] not in WITHOUT_DATABASE | {"demo", "up"}:
        from regulars import database

        database.start()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
