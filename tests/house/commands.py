"""The commands that documents show: whether they are commands of ours, with options that exist, and settings that exist."""

import argparse
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.core.management import get_commands, load_command_class

from regulars import variables
from tools import run_docs

SETTING = re.compile(r"\b(?:REGULARS_[A-Z_]+|DATABASE_URL|RABBITMQ_URL)\b")
KINDS = {"", "elsewhere", "server"}
SHELL = re.compile(r"[|&;()]+")


def breaches(page: Path) -> Iterator[str]:
    """What is wrong with a page's commands."""
    for kind, text in run_docs.BLOCK.findall(page.read_text()):
        if kind not in KINDS:
            yield f"{page.name}: “sh {kind}” is no kind of block: leave the word out, or say elsewhere or server."
        if said := _misread(text):
            yield f"{page.name}: bash cannot read a block: {said}"
            continue
        for words in _calls(text):
            if complaint := _unknown(words):
                yield f"{page.name}: `{shlex.join(words)}`: {complaint}"
        for name in sorted(set(SETTING.findall(text)) - _settings()):
            yield f"{page.name}: {name} is no setting: correct it, or add it to regulars/variables.py."


def _settings() -> set[str]:
    names = set(variables.by_name())
    return names | {f"{name}_FILE" for name in names if variables.by_name()[name].is_secret}


def _misread(text: str) -> str:
    return subprocess.run(["bash", "-n", "-c", text], capture_output=True, text=True).stderr.strip()


def _calls(text: str) -> Iterator[list[str]]:
    """Each call of `regulars`, as words; here-documents and comments left out, lines that go on joined."""
    text = re.sub(r"<<-? *'?(\w+)'?\n.*?^\1$", "", text, flags=re.M | re.S).replace("\\\n", " ")
    for line in text.splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split, lexer.commenters = True, "#"
        command: list[str] = []
        for word in [*_words(lexer), ";"]:
            if not SHELL.fullmatch(word):
                command.append(word)
                continue
            if found := _ours(command):
                yield found
            command = []


def _words(lexer: shlex.shlex) -> list[str]:
    try:
        return list(lexer)
    except ValueError:
        return []


def _ours(command: list[str]) -> list[str]:
    for place, word in enumerate(command):
        after = command[place + 1 :]
        is_ours = word == "regulars" or word.endswith("/bin/regulars")
        if is_ours and after and after[0] not in ("--", "regulars") and _is_call(command[:place]):
            return ["regulars", *_plain(after)]
    return []


def _is_call(before: list[str]) -> bool:
    """Whether what stands before lets the next word be a command: settings, or a command that runs another."""
    runners = {
        "uv",
        "run",
        "--no-dev",
        "runuser",
        "-u",
        "regulars",
        "--",
        "docker",
        "compose",
        "exec",
        "timeout",
    }
    return all("=" in word or word in runners or word.isdigit() for word in before)


def _plain(words: list[str]) -> list[str]:
    ends = next(
        (place for place, word in enumerate(words) if word in {">", ">>", "<", "2>", "<<", "<<<", "2>&1"}), len(words)
    )
    return words[:ends]


def _unknown(words: list[str]) -> str:
    name, *rest = words[1:]
    if name in {"help", "version", "--help", "--version"}:
        return ""
    app = get_commands().get(name)
    if app is None:
        return "there is no such command."
    command = load_command_class(app, name) if isinstance(app, str) else app
    parser = command.create_parser("regulars", name)
    known = _options(parser)
    unknown = [word.partition("=")[0] for word in rest if word.startswith("--") and word.partition("=")[0] not in known]
    return f"{unknown[0]} is no option of it." if unknown else ""


def _options(parser: argparse.ArgumentParser) -> set[str]:
    found = set(parser._option_string_actions)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                found |= _options(below)
    return found
