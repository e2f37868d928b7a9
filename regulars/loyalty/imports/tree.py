"""The tree of product groups as goods.csv tells it, one path per product; pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from regulars.loyalty.goods.rows import GroupRow


@dataclass(frozen=True, slots=True)
class Path:
    """A path that stands in the file: the codes from the top down, what the last one is called, and in which line first."""

    groups: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Clash:
    """A path that puts a group below another one than an earlier line does."""

    line: int
    groups: str
    expected: str


def grow(paths: Iterable[Path]) -> tuple[list[GroupRow], list[Clash]]:
    """All groups, those above first, and the paths that contradict an earlier one."""
    parents: dict[str, str] = {}
    names: dict[str, str] = {}
    clashes = []
    for path in sorted(paths, key=lambda path: path.line):
        codes = path.groups.split("/")
        pairs = list(zip(codes, ["", *codes], strict=False))
        wrong = next((code for code, parent in pairs if parents.get(code, parent) != parent), None)
        if wrong is not None or len(set(codes)) < len(codes):
            code = wrong or codes[-1]
            above = parents.get(code, "")
            expected = f"“{code}” {f'below “{above}”' if above else 'at the top'}, as in an earlier line"
            clashes.append(Clash(path.line, path.groups, expected))
            continue
        for code, parent in pairs:
            parents.setdefault(code, parent)
        if path.name:
            names.setdefault(codes[-1], path.name)
    return [GroupRow(code, names.get(code, code), parent) for code, parent in parents.items()], clashes
