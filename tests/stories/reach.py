"""Who changes consent: every function of the product from which the journals of consent are reached, and its entrances."""

import ast
import inspect
from collections import defaultdict
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import PathView

from tests.house.source import Module, Source, is_under

# Every change of consent is an entry of one of these journals, and leaving erases.
ENDS = {
    "regulars.loyalty.subscriptions.actions._write",
    "regulars.smartcomms.subscriptions.entries.write",
    "regulars.messages.actions.erase_person",
}
# Here consent begins; nothing waits for somebody who was nobody, and a new category refuses nothing to anybody.
BEGINNINGS = {
    "regulars.loyalty.subscriptions.actions.begin",
    "regulars.smartcomms.subscriptions.actions.begin",
    "regulars.smartcomms.subscriptions.actions.add_category",
}
# What tells the demo's story goes through the rooms' own verbs, as nobody in a shop does.
TELLERS = ("regulars.management.demo", "regulars.management.commands.demo")


def entrances(source: Source) -> set[str]:
    """The functions from which consent is changed and which nobody inside the product calls."""
    callers = _callers(source)
    reached, waiting = set(), sorted(ENDS)
    while waiting:
        name = waiting.pop()
        if name in reached or name in BEGINNINGS:
            continue
        reached.add(name)
        waiting += callers[name]
    inner = {name for name in reached if any(one in reached and one != name for one in callers[name])}
    return {name for name in reached - inner if not is_under(name, *TELLERS)}


def addresses(names: set[str], resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The addresses behind which one of these functions stands, each with it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(names, pattern, path)
        elif isinstance(pattern, URLPattern):
            yield from ((path, name) for name in _views(pattern) if name in names)


def _views(pattern: URLPattern) -> list[str]:
    """The functions behind an address; behind one of an API there may be several, by method."""
    view = inspect.unwrap(pattern.callback)
    cells = [cell.cell_contents for cell in getattr(view, "__closure__", None) or ()]
    operations = [one for cell in cells if isinstance(cell, PathView) for one in cell.operations]
    return [_name(one.view_func) for one in operations] or [_name(view)]


def _name(view: object) -> str:
    return f"{getattr(view, '__module__', '')}.{getattr(view, '__qualname__', '')}"


def _callers(source: Source) -> defaultdict[str, set[str]]:
    """Who mentions whom: calling a function and handing it to somebody who calls it are the same here."""
    callers: defaultdict[str, set[str]] = defaultdict(set)
    for module in source.modules:
        if module.name.endswith(".urls") or module.name == "regulars.rooms":
            continue  # an address book only opens doors, the list of rooms only starts them
        own = {node.name for node in module.tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        for place, body in _places(module):
            for node in ast.walk(body):
                for name in _mentioned(module, own, place, node):
                    callers[name].add(f"{module.name}.{place}" if place else module.name)
    return callers


def _places(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Functions, methods, and the rest of the module under no name; what is nested belongs to what is around it."""
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for one in node.body:
                is_method = isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
                yield (f"{node.name}.{one.name}" if is_method else node.name), one  # type: ignore[attr-defined]
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            yield "", node


def _mentioned(module: Module, own: set[str], place: str, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and node.id in own:
        yield f"{module.name}.{node.id}"
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
        yield f"{module.name}.{place.partition('.')[0]}.{node.attr}"
    elif isinstance(node, ast.Attribute | ast.Name) and (name := module.resolved(node)):
        yield name
