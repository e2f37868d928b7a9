"""What doors and rooms do not do: read the clock inside, save at a door, send signals, stay silent about themselves."""

import ast
from collections.abc import Iterator

from tests.house.source import Module, Source, is_under

CLOCKS = {
    "regulars.kit.clock.now", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
    "datetime.date.today", "django.utils.timezone.now", "django.utils.timezone.localtime",
    "django.utils.timezone.localdate", "time.time", "time.time_ns", "time.localtime", "time.gmtime",
}  # fmt: skip
# Where the clock itself lives, and what runs before there is a database to ask.
CLOCK_KEEPERS = ("regulars.kit.clock",)
# Django's admin names models; its own test asks that every ModelAdmin is read-only or calls an action.
BACK_OFFICES = ("regulars.web.backoffice", "regulars.web.smartcomms.backoffice")
# A positional argument means that a picture or a file is saved, not a row.
SAVES = {"save", "asave", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
QUERYSET_SAVES = {"create", "acreate", "update", "aupdate", "delete", "adelete"}
# Doors that must ask the database itself. Each says why.
ASKING = {"regulars.web.public.health": "says whether the database answers"}
WRITE_TOOLS = {"regulars.kit.sql", "django.db.connection", "django.db.connections", "django.db.transaction"}
SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals", "django.contrib.auth.signals")


def clock_readings(source: Source) -> list[str]:
    """Places behind the doors that read the clock."""
    rooms = [m for m in source.modules if not m.is_door and not is_under(m.name, *CLOCK_KEEPERS)]
    return [
        f"{module.path}:{line} reads the clock ({name}): take `at` as a parameter and let the door pass `clock.now()`."
        for module in rooms
        for line, name in module.uses(CLOCKS)
    ] + [
        f"{module.path}:{node.value.lineno} `{node.arg}` reads the clock inside a table: let the action write `at`."
        for module in rooms
        for node in module.nodes
        if isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add")
    ]


def door_saves(source: Source) -> list[str]:
    """Places in a door that write to tables themselves."""
    doors = source.under("regulars.web", "regulars.api", "regulars.worker")
    return [
        f"{module.path}:{line} saves at a door ({what}): call the room's action, it takes `by` and `at` and records it."
        for module in doors
        if not is_under(module.name, *BACK_OFFICES)
        for line, what in _savings(module)
    ]


def _savings(module: Module) -> Iterator[tuple[int, str]]:
    for node in module.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _saves(node, node.func):
            yield node.lineno, node.func.attr
    if is_under(module.name, "regulars.web", "regulars.api") and module.name not in ASKING:
        yield from module.uses(WRITE_TOOLS)


def _saves(call: ast.Call, method: ast.Attribute) -> bool:
    if method.attr in QUERYSET_SAVES and _is_queryset(method.value):
        return True
    return not call.args and method.attr in SAVES | {"delete", "adelete"}


def _is_queryset(node: ast.AST) -> bool:
    """Whether a chain like `Card.objects.filter(…)` comes from a table."""
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "filter", "exclude", "all", "_default_manager"}:
            return True
        node = node.func if isinstance(node, ast.Call) else node.value
    return False


def signals(source: Source) -> list[str]:
    """Imports of Django's signals."""
    return [
        f"{module.path} imports {name}: announce an event, and say in `reactions.py` who listens."
        for module in source.modules
        for name in module.imported.values()
        if is_under(name, *SIGNALS)
    ]


def silent_modules(source: Source) -> list[str]:
    """Modules with something in them that do not say, in one sentence, what."""
    return [
        f"{module.path}: begin with a docstring whose first paragraph is one sentence: what is in here."
        for module in source.modules
        if module.text.strip() and not _says_something(module)
    ]


def _says_something(module: Module) -> bool:
    first = (ast.get_docstring(module.tree) or "").partition("\n\n")[0].rstrip()
    return first.endswith((".", ":", "…"))
