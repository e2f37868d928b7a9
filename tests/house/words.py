"""The names we give things: file names that become drawers for everything, and words that say nothing."""

import re
from collections.abc import Iterator

from tests.house.source import Module, Source, is_under

DRAWERS = {
    "services", "managers", "helpers", "utils", "util", "common", "misc", "handlers", "signals", "serializers",
    "service", "manager", "helper", "handler", "tools", "shared", "lib",
}  # fmt: skip
EMPTY_WORDS = {
    "process", "processes", "processing", "processor", "handle", "handles", "handler", "handlers", "manage", "manages",
    "manager", "managers", "perform", "performs", "execute", "executes", "executor", "do", "does", "update", "updates",
    "updater", "data", "info", "item", "items", "helper", "helpers", "service", "services", "base", "core",
}  # fmt: skip

# Where a library or the trade itself gave the name. Each line says who.
GIVEN = {
    ("regulars.management.commands", "handle"): "Django calls a command by it",
    ("regulars.loyalty.subscriptions", "base"): "mailing types are made from base types: the trade's word",
    ("regulars.management", "processes"): "the operating system's word for what it runs",
    ("regulars.web", "get_context_data"): "Django's views call it",
    ("regulars", "data_received"): "asyncio calls a protocol by it",
    ("regulars.sandbox.mail.link", "handle"): "aiosmtpd calls its hooks by it",
    ("regulars.sandbox.mail.link", "data"): "SMTP's own command",
    ("regulars", "handle_starttag"): "the standard library's HTML parser calls it",
    ("regulars", "handle_endtag"): "the standard library's HTML parser calls it",
    ("regulars.templates", "handle"): "the standard library's HTML parser calls its hooks by it",
    ("regulars.templates", "handle_data"): "the standard library's HTML parser calls it",
}


def drawers(source: Source) -> list[str]:
    """Files whose name says nothing about what is in them."""
    return [
        f"{module.path}: `{last}` becomes a drawer for everything; name the file by the noun that it holds."
        for module in source.modules
        if (last := module.name.rpartition(".")[2]) in DRAWERS
    ]


def empty_words(source: Source) -> list[str]:
    """Functions, classes and modules whose name contains a word that says nothing."""
    return [
        f"{module.path}:{line} `{name}`: “{word}” says nothing; say what changes or what is asked (docs/glossary.md)."
        for module in source.modules
        for line, name in _names(module)
        for word in sorted(set(words_in(name)) & EMPTY_WORDS)
        if not is_given(module.name, name, word)
    ]


def _names(module: Module) -> Iterator[tuple[int, str]]:
    yield 1, module.name.rpartition(".")[2]
    yield from ((node.lineno, node.name) for node in module.definitions)


def words_in(name: str) -> list[str]:
    """`TillKeyIssued` and `till_key_issued` are both till, key, issued."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower().strip("_").split("_")


def is_given(module: str, name: str, word: str) -> bool:
    """Whether somebody else chose this name, or the word only carries a “not”."""
    if word in ("do", "does") and "not" in words_in(name):
        return True
    return any(is_under(module, place) and given in (name, word) for place, given in GIVEN)
