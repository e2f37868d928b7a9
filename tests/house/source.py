"""The product's own Python files, parsed once, with names resolved through their imports.

Every check in this folder takes a `Source` and answers sentences, one per breach, so that the tests of the tests can
give it a copy of the tree with a breach planted in it.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOORS = ("regulars.web", "regulars.api", "regulars.worker", "regulars.management", "regulars.sandbox")

type Function = ast.FunctionDef | ast.AsyncFunctionDef
type Definition = Function | ast.ClassDef


@dataclass(frozen=True)
class Module:
    """One file: its dotted name, its path from the root of the repository, and what is in it."""

    name: str
    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @property
    def package(self) -> str:
        return self.name if self.path.endswith("__init__.py") else self.name.rpartition(".")[0]

    @cached_property
    def definitions(self) -> list[Definition]:
        return [node for node in self.nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]

    @cached_property
    def functions(self) -> list[Function]:
        return [node for node in self.definitions if not isinstance(node, ast.ClassDef)]

    @cached_property
    def classes(self) -> list[ast.ClassDef]:
        return [node for node in self.definitions if isinstance(node, ast.ClassDef)]

    @cached_property
    def imported(self) -> dict[str, str]:
        """What each imported name stands for: `points` → `regulars.loyalty.points.actions`."""
        names: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                names |= {
                    a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0]
                    for a in node.names
                }
            elif isinstance(node, ast.ImportFrom):
                origin = node.module or ""
                if node.level:
                    above = self.package.split(".")
                    origin = ".".join([*above[: len(above) - node.level + 1], *filter(None, [node.module])])
                names |= {a.asname or a.name: f"{origin}.{a.name}" for a in node.names}
        return names

    def resolved(self, node: ast.AST) -> str:
        """The full name of `a.b.c`, read through the imports; empty when its root is no imported name."""
        tail: list[str] = []
        while isinstance(node, ast.Attribute):
            tail.insert(0, node.attr)
            node = node.value
        if isinstance(node, ast.Name) and node.id in self.imported:
            return ".".join([self.imported[node.id], *tail])
        return ""

    def uses(self, names: set[str]) -> Iterator[tuple[int, str]]:
        """Where any of these full names is read or called."""
        for node in self.nodes:
            if isinstance(node, ast.Attribute | ast.Name) and (name := self.resolved(node)) in names:
                yield node.lineno, name

    @cached_property
    def texts(self) -> list[ast.Constant]:
        """String constants, docstrings left out."""
        said = {
            id(node.body[0].value)
            for node in self.nodes
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        return [n for n in self.nodes if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in said]

    @property
    def is_door(self) -> bool:
        return is_under(self.name, *DOORS)


class Source:
    """All modules of `regulars` under one root, migrations left out: they are written by a command."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root

    @cached_property
    def modules(self) -> list[Module]:
        return [
            self._read(path)
            for path in sorted((self.root / "regulars").rglob("*.py"))
            if "migrations" not in path.parts
        ]

    @cached_property
    def pages(self) -> dict[str, str]:
        """The templates, by path."""
        return {str(p.relative_to(self.root)): p.read_text() for p in (self.root / "regulars").rglob("*.html")}

    def _read(self, path: Path) -> Module:
        relative = path.relative_to(self.root)
        name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
        return Module(name, str(relative), path.read_text())

    def planted(self, path: str, text: str) -> "Source":
        """The same tree with these lines added to one file, or with a new file."""
        other = Source(self.root)
        known = next((module for module in self.modules if module.path == path), None)
        written = (known.text if known else '"""A new file."""\n') + f"\n{text}\n"
        name = ".".join(Path(path).with_suffix("").parts)
        other.modules = [*(m for m in self.modules if m is not known), Module(name, path, written)]
        return other

    def under(self, *prefixes: str) -> list[Module]:
        return [module for module in self.modules if is_under(module.name, *prefixes)]

    @cached_property
    def tables(self) -> dict[str, str]:
        """Each table of ours and the package of its model, read from `db_table`."""
        return {
            found: module.package
            for module in self.modules
            if module.name.endswith(".models")
            for found in re.findall(r'db_table = "(\w+)"', module.text)
        }


def is_under(name: str, *prefixes: str) -> bool:
    """Whether a dotted name is one of these packages or inside one."""
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def told(breaches: list[str]) -> str:
    """The breaches as a failing test prints them."""
    return "\n" + "\n".join(breaches)


HOUSE = Source()
