"""Who may look at whose tables: the floors of pyproject.toml, applied to SQL, which import-linter does not read."""

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.house.source import ROOT, Module, Source

TABLE = re.compile(r"\b((?:loyalty|smartcomms|journal|access|messages)_[a-z0-9_]+)\b")


@dataclass(frozen=True)
class Floors:
    """The layers of each container, top first, as import-linter reads them."""

    contracts: tuple[dict[str, Any], ...]

    @cached_property
    def level(self) -> dict[str, int]:
        """The floor of each package below a container, counted from the top."""
        return {
            f"{container}.{name.strip().strip('()')}": number
            for contract in self.contracts
            if contract["type"] == "layers" and contract.get("exhaustive")
            for container in contract["containers"]
            for number, layer in enumerate(contract["layers"])
            for name in layer.split("|")
        }

    def may_look(self, looker: str, owner: str) -> bool:
        """Whether a module may name a table of the package `owner`."""
        ours, theirs = looker.split("."), owner.split(".")
        shared = 1
        while ours[shared : shared + 1] == theirs[shared : shared + 1] and shared < min(len(ours), len(theirs)):
            shared += 1
        if shared == len(theirs):
            return True
        mine, other = ".".join(ours[: shared + 1]), ".".join(theirs[: shared + 1])
        return mine not in self.level or self.level[mine] < self.level.get(other, -1)


def floors() -> Floors:
    """The floors as they stand in pyproject.toml."""
    return Floors(tuple(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]))


def upward_looks(source: Source) -> list[str]:
    """SQL that names a table of a room on the same floor or above."""
    plan = floors()
    return [
        f"{module.path}:{line} names {table}, a table of {owner}, which is not below it: ask that room's queries from a"
        " room above both, or take the value as a parameter."
        for module in source.modules
        for line, table in _tables_named(module, source)
        if not plan.may_look(module.name, owner := source.tables[table])
    ]


def _tables_named(module: Module, source: Source) -> list[tuple[int, str]]:
    return [
        (text.lineno, table)
        for text in module.texts
        for table in TABLE.findall(str(text.value))
        if table in source.tables
    ]
