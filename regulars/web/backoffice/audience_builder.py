"""The builder of filters as a form: rows of conditions in groups, read from what was posted and written back as it was typed.

Each row and group has a path such as `f-0-2`; its fields are named `f-0-2.days`, and the posted list `node` keeps the order.
What cannot be read stays as it was typed, with the reason beside it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from regulars.loyalty.audiences import conditions, filters
from regulars.loyalty.audiences.conditions import Condition, FilterNotPossible
from regulars.loyalty.audiences.filters import Filter, Group
from regulars.loyalty.audiences.names import Names
from regulars.web.backoffice import audience_fields

ROOT = "f"
GROUP = "group"
TITLES: Mapping[str, str] = {
    "bought_category": "Bought from a group",
    "last_purchase": "Bought anything",
    "points_balance": "Points balance",
    "consent": "Consent",
    "city": "City",
    "birthday_month": "Birthday month",
    "birthday_soon": "Birthday soon",
    "registered": "Joined",
    "language": "Language",
}


@dataclass(slots=True)
class Row:
    """One condition as typed; `error` is why it cannot be read, `wrong` the field that it is about."""

    path: str
    kind: str = ""
    said: dict[str, list[str]] = field(default_factory=dict)
    error: str = ""
    wrong: str = ""
    alone: int | None = None
    is_new: bool = False

    def first(self) -> dict[str, str]:
        """Fields with one value."""
        return {name: values[-1] for name, values in self.said.items() if values}

    def title(self) -> str:
        """What the row is about."""
        return TITLES.get(self.kind, "")

    def read(self, names: Names) -> Condition | None:
        """The condition, or None with the error beside the row."""
        self.error = self.wrong = ""
        try:
            raw = audience_fields.read(self.kind, self.said, names)
            condition = conditions.read({"kind": self.kind, **raw})
            names.check(condition)
        except FilterNotPossible as refusal:
            self.error, self.wrong = refusal.message, refusal.field
            return None
        return condition


@dataclass(slots=True)
class Rows:
    """A group as typed."""

    path: str
    match: str = "all"
    inside: list["Row | Rows"] = field(default_factory=list)
    error: str = ""
    is_touched: bool = False

    @property
    def depth(self) -> int:
        """How deep the group stands, from 1."""
        return self.path.count("-") + 1

    @property
    def may_nest(self) -> bool:
        """Whether a group may stand in it."""
        return self.depth < filters.MOST_DEPTH

    def rows(self) -> Iterator[Row]:
        """All rows, those of inner groups too."""
        for each in self.inside:
            if isinstance(each, Rows):
                yield from each.rows()
            else:
                yield each

    def groups(self) -> Iterator["Rows"]:
        """The group and all groups inside."""
        yield self
        for each in self.inside:
            if isinstance(each, Rows):
                yield from each.groups()

    def numbered(self, path: str = ROOT) -> "Rows":
        """Give everything inside its path by its place."""
        self.path = path
        for place, each in enumerate(self.inside):
            if isinstance(each, Rows):
                each.numbered(f"{path}-{place}")
            else:
                each.path = f"{path}-{place}"
        return self

    def read(self, names: Names) -> tuple[Filter, list[Row]]:
        """The filter of everything that is finished, and the rows that it says, in its order."""
        kept: list[Condition | Group] = []
        said: list[Row] = []
        for each in self.inside:
            if isinstance(each, Rows):
                group, rows = each.read(names)
                if group.conditions:
                    kept.append(group)
                    said += rows
            elif (condition := each.read(names)) is not None:
                kept.append(condition)
                said.append(each)
        match = next((known for known in filters.MATCHES if known == self.match), filters.MATCHES[0])
        return Group(match, tuple(kept)), said

    def complain(self) -> bool:
        """Mark inner groups that say nothing; answers whether everything can be saved."""
        for group in self.groups():
            is_empty = group.depth > 1 and not group.inside
            group.error = "This group is empty: add a condition or remove it." if is_empty else ""
        count = sum(1 for _ in self.rows())
        if count > filters.MOST_CONDITIONS:
            self.error = f"A filter has at most {filters.MOST_CONDITIONS} conditions; these are {count}."
        return not (any(group.error for group in self.groups()) or any(row.error for row in self.rows()))


def of_filter(filter: Filter, names: Names) -> Rows:
    """The form of a filter."""

    def rows_of(group: Group) -> Rows:
        return Rows(
            "",
            group.match,
            [
                rows_of(each) if isinstance(each, Group) else Row("", each.kind, audience_fields.write(each, names))
                for each in group.conditions
            ],
        )

    return rows_of(filter).numbered()


def of_post(post: QueryDict, spelled: Mapping[str, str] | None = None) -> Rows:
    """What was posted, with the paths that it had; `spelled` is how known cities are written, by their small letters."""
    root = Rows(ROOT, post.get(f"{ROOT}.match", "all"))
    known: dict[str, Rows] = {ROOT: root}
    for path in post.getlist("node")[: 4 * filters.MOST_CONDITIONS]:
        parent = known.get(path.rpartition("-")[0])
        if parent is None or path in known:
            continue
        kind = post.get(f"{path}.kind", "")
        if kind == GROUP:
            if parent.may_nest:
                known[path] = Rows(path, post.get(f"{path}.match", "any"))
                parent.inside.append(known[path])
        else:
            prefix = f"{path}."
            said = {name.removeprefix(prefix): post.getlist(name) for name in post if name.startswith(prefix)}
            parent.inside.append(
                Row(path, kind if kind in conditions.KINDS else "", audience_fields.gathered(said, spelled or {}))
            )
    return root


def act(root: Rows, said: str) -> Rows:
    """Change the form as a button asked: `add:f-0`, `nest:f`, `remove:f-1`; anything else leaves it."""
    verb, _, path = said.partition(":")
    change = _ACTS.get(verb)
    if change is not None:
        change(root, path)
    return root.numbered()


def _find(root: Rows, path: str) -> Rows | None:
    return next((group for group in root.groups() if group.path == path), None)


def _add(root: Rows, path: str) -> None:
    if (group := _find(root, path)) is not None:
        group.inside.append(Row("", is_new=True))


def _nest(root: Rows, path: str) -> None:
    if (group := _find(root, path)) is not None and group.may_nest:
        group.inside.append(Rows("", "any", [Row("", is_new=True)]))


def _remove(root: Rows, path: str) -> None:
    for group in root.groups():
        kept = [each for each in group.inside if each.path != path]
        if len(kept) < len(group.inside):
            group.inside, group.is_touched = kept, True


def _choose(root: Rows, path: str) -> None:
    for row in root.rows():
        if row.path == path:
            row.said = {**audience_fields.FIRST.get(row.kind, {}), **{k: v for k, v in row.said.items() if any(v)}}


_ACTS: Mapping[str, Callable[[Rows, str], None]] = {"add": _add, "nest": _nest, "remove": _remove, "choose": _choose}


def choices(names: Names) -> dict[str, Any]:
    """What the selects of the builder offer."""
    return {"titles": TITLES, **audience_fields.choices(names)}
