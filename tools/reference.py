"""Writes the pages below docs/reference from the code: settings, commands, permissions, events, figures."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "docs" / "reference"
BASE_OPTIONS = {
    "help",
    "version",
    "verbosity",
    "settings",
    "pythonpath",
    "traceback",
    "no_color",
    "force_color",
    "skip_checks",
}


def main() -> None:
    """Write all pages."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
    os.environ.setdefault("REGULARS_SECRET_KEY", "nothing is signed while pages are written")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    PLACE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (PLACE / name).write_text(text)
        print(f"docs/reference/{name}")


def pages() -> dict[str, str]:
    """Each page by its name, as the code is now."""
    return {
        "configuration.md": _page(configuration()),
        "commands.md": _page(commands()),
        "permissions.md": _page(permissions()),
        "events.md": _page(events()),
        "metrics.md": _page(figures()),
    }


def _page(lines: Iterator[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _head(title: str, sentence: str) -> Iterator[str]:
    yield f"# {title}\n\n*Reference.* {sentence} Written by `make reference`; a test compares it with the code.\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def configuration() -> Iterator[str]:
    """Every variable of the environment."""
    from regulars import variables

    yield from _head("Settings", "What an installation is set by: variables of the environment, all optional.")
    yield "They are read when a process starts, so a change takes a restart. `regulars config` prints what is used and where it"
    yield "comes from, secrets masked. A name that begins with `REGULARS_` and means nothing is told with the nearest one that"
    yield "does; a value that cannot be used stops the start with a sentence.\n"
    yield "A secret (🔑) may stand in a file, whose name is then the value of the variable with `_FILE` at its end, such as"
    yield "`DATABASE_URL_FILE=/run/secrets/database_url`. Giving both is refused.\n"
    yield "| variable | what it does | default | example |\n| --- | --- | --- | --- |"
    for one in variables.TABLE:
        if not one.is_internal:
            name = f"`{one.name}`{' 🔑' if one.is_secret else ''}"
            effect = _cell(one.effect) + _limits(one)
            yield f"| {name} | {effect} | {_code(one.default)} | {_code(one.example)} |"
    yield "\nOur own commands set these for the processes that they start, and nobody else should:\n"
    yield "| variable | what it does |\n| --- | --- |"
    yield from (f"| `{one.name}` | {_cell(one.effect)} |" for one in variables.TABLE if one.is_internal)


def _limits(variable: "object") -> str:
    limits, choices = getattr(variable, "limits", None), getattr(variable, "choices", ())
    if limits:
        return f" From {limits[0]:g} to {limits[1]:g}."
    return f" One of {', '.join(f'`{one}`' for one in choices)}." if choices else ""


def _code(value: str) -> str:
    return f"`{_cell(value)}`" if value else ""


def commands() -> Iterator[str]:
    """Every command of ours, by group, as its own `--help` says."""
    from django.core.management import load_command_class

    from regulars.management import listing

    yield from _head("Commands", "What `regulars` does, by what it is for.")
    for group, names in listing.in_groups().items():
        yield f"## {group}\n"
        for name, sentence in names.items():
            yield f"### regulars {name}\n\n{sentence}\n"
            yield from _arguments(load_command_class("regulars", name).create_parser("regulars", name))


def _arguments(parser: argparse.ArgumentParser, verb: str = "") -> Iterator[str]:
    lines, below = [], []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            told = {one.dest: one.help or "" for one in action._choices_actions}
            below += [(name, told.get(name, ""), each) for name, each in action.choices.items()]
        elif action.dest not in BASE_OPTIONS and action.help != argparse.SUPPRESS:
            lines.append(f"| `{_names(action)}` | {_cell(_help(action))} |")
    if lines:
        yield "| argument | what it says |\n| --- | --- |"
        yield from lines
        yield ""
    for name, sentence, each in below:
        yield f"`{verb}{name}`: {sentence}.\n"
        yield from _arguments(each, f"{verb}{name} ")


def _names(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"[{action.dest} …]" if action.nargs in ("*", "?") else action.dest
    takes = action.nargs != 0
    return ", ".join(action.option_strings) + (f" {action.dest.upper()}" if takes else "")


def _help(action: argparse.Action) -> str:
    said = (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%")
    has_default = action.default not in (None, False, argparse.SUPPRESS, "") and action.nargs != 0
    return said if "default" in said or not has_default else f"{said} (default: {action.default})".strip()


def permissions() -> Iterator[str]:
    """Who may do what."""
    from regulars.access.permissions import PERMISSIONS, ROLE_WORDS, ROLES, allows

    yield from _head("Permissions", "Which role may do what. A role that denies beats every role that allows.")
    yield "| role | in a few words |\n| --- | --- |"
    yield from (f"| {role} | {_cell(ROLE_WORDS[role])} |" for role in ROLES)
    yield f"\n| permission | somebody may … | {' | '.join(ROLES)} |\n| --- | --- | {' | '.join(':-:' for _ in ROLES)} |"
    for permission, sentence in PERMISSIONS.items():
        marks = " | ".join("✓" if allows([role], permission) else "" for role in ROLES)
        yield f"| `{permission}` | {_cell(sentence)} | {marks} |"


def events() -> Iterator[str]:
    """What can happen, and what follows."""
    from regulars.journal import reactions
    from regulars.kit.events import Event

    yield from _head("Events", "What the journal keeps, with ids and codes only, and what follows by itself.")
    yield "| event | what happened | it carries | what follows |\n| --- | --- | --- | --- |"
    known = {one.__name__: one for one in _below(Event)}
    for name in sorted(reactions.events()):
        event = known[name.rpartition(".")[2]]
        carries = ", ".join(f"`{each}`" for each in event.__dataclass_fields__)
        follows = ", ".join(f"`{each.rpartition('.')[2]}`" for each in reactions.names_for(name))
        yield f"| `{name}` | {_cell((event.__doc__ or '').splitlines()[0])} | {carries} | {follows} |"


def _below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def figures() -> Iterator[str]:
    """What `/metrics` tells."""
    from regulars.kit import metrics

    yield from _head("Figures", "What `/metrics` tells, in the text form of Prometheus.")
    yield "[Watch it](../howto/watch-it.md) says how to collect them, and which to be woken by.\n"
    yield "| figure | labels | what it is |\n| --- | --- | --- |"
    yield "| `regulars_info` | version | Which version answers; always 1. |"
    yield "| `regulars_database_up` | | 1 when the database answers; else the figures of the rooms are missing. |"
    yield "| `regulars_schema_is_current` | | 1 when the database is as the program wants it. |"
    yield "| `regulars_workers` | | Worker processes that live; 0 is trouble. |"
    yield "| `regulars_requests_total` | door, status | Requests answered since the start, by all web processes together. |"
    yield "| `regulars_request_seconds` | door | How long answers took, as a histogram. |"
    for one in metrics.list_all():
        yield f"| `{one.name}` | {', '.join(one.labels)} | {_cell(one.sentence)} |"


if __name__ == "__main__":
    main()
