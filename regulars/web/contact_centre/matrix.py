"""The table of subscriptions as this door shows it: rows and cells, what was moved, and the difference in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from regulars.loyalty.subscriptions import queries
from regulars.web.account import subscriptions as account
from regulars.web.shell import sentences
from regulars.web.shell.channels import look

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member
    from regulars.loyalty.subscriptions.matrix import Matrix, Row

LOCKED = "The law and the programme need these messages: they cannot be turned off."

type Cells = Mapping[tuple[str, str], bool]


@dataclass(frozen=True, slots=True)
class CellFace:
    """One cell: how it is shown (None: not used), how it is saved, and why it is locked if it is."""

    channel: str
    field: str
    is_on: bool | None
    is_saved: bool | None
    why: str = ""

    @property
    def is_moved(self) -> bool:
        """Whether the box says something else than what is saved."""
        return self.is_on is not self.is_saved


@dataclass(frozen=True, slots=True)
class RowFace:
    """One mailing type."""

    code: str
    name: str
    note: str
    is_locked: bool
    cells: Sequence[CellFace]


@dataclass(frozen=True, slots=True)
class Table:
    """All rows that the employee may see, with their columns."""

    channels: tuple[str, ...]
    rows: Sequence[RowFace]

    def free(self) -> Iterable[tuple[RowFace, CellFace]]:
        """Every cell that has a box."""
        return ((row, cell) for row in self.rows for cell in row.cells if cell.is_on is not None and not cell.why)

    def shown(self) -> dict[tuple[str, str], bool]:
        """What the boxes say."""
        return {(row.code, cell.channel): bool(cell.is_on) for row, cell in self.free()}

    def saved(self) -> dict[tuple[str, str], bool]:
        """What is saved for the same cells."""
        return {(row.code, cell.channel): bool(cell.is_saved) for row, cell in self.free()}

    def moved(self) -> dict[tuple[str, str], bool]:
        """The boxes that say something else than what is saved."""
        return {(row.code, cell.channel): bool(cell.is_on) for row, cell in self.free() if cell.is_moved}

    def difference(self) -> str:
        """What saving would change, in words; nothing when nothing was moved."""
        return in_words(self.moved(), self, after=self.shown())


def draw(matrix: "Matrix", partner_id: int | None, wanted: Cells | None = None) -> Table:
    """Draw the table: mailing types of other partners are left out, `wanted` are boxes that were moved."""
    seen = {kind.code for kind in queries.list_types(partner_id=partner_id)}
    rows = [row for row in matrix.rows if row.code in seen]
    channels = tuple(str(c) for c in dict.fromkeys(c for row in rows for c in row.cells))
    order = sorted(channels, key=_place)
    return Table(tuple(order), [_row(row, order, wanted or {}) for row in rows])


def hears(member: "Member") -> str:
    """The sentence that the member reads about their own subscriptions."""
    return sentences.hears(account.mailings(member))


def in_words(changes: Cells, table: Table, *, after: Cells | None = None) -> str:
    """Say a difference: "Email off for Offers and Mailings; SMS on for Refunds".

    `after` is how the whole table stands then: what is off or on altogether is said in one word.
    """
    names = {row.code: row.name for row in table.rows}
    stands = after or {}
    if len(changes) > 1 and len(set(changes.values())) == 1 and set(stands.values()) == set(changes.values()):
        return _("Everything on") if all(changes.values()) else _("Everything off")
    said = []
    for channel in table.channels:
        column = {is_on for (_code, on), is_on in stands.items() if on == channel}
        for is_on in (False, True):
            codes = [code for (code, on), now in changes.items() if on == channel and now is is_on]
            if codes:
                said.append(_clause(channel, is_on, column == {is_on}, [names.get(code, code) for code in codes]))
    return "; ".join(said)


def _clause(channel: str, is_on: bool, is_all: bool, names: list[str]) -> str:
    pattern = _("%(channel)s on for %(types)s") if is_on else _("%(channel)s off for %(types)s")
    types = _("everything") if is_all and len(names) > 1 else sentences.joined(names)
    return pattern % {"channel": look(channel).name, "types": types}


def _place(channel: str) -> int:
    known = ("sms", "email", "push", "viber", "social")
    return known.index(channel) if channel in known else len(known)


def _row(row: "Row", channels: Sequence[str], wanted: Cells) -> RowFace:
    stood = {str(channel): cell for channel, cell in row.cells.items()}
    is_locked = all(cell.read_only for cell in row.cells.values())
    faces = []
    for channel in channels:
        cell = stood.get(channel)
        if cell is None:
            faces.append(CellFace(channel, "", None, None))
            continue
        is_on = cell.selected if cell.read_only else wanted.get((row.code, channel), cell.selected)
        why = _(LOCKED) if cell.read_only else ""
        faces.append(CellFace(channel, f"{row.code}:{channel}", is_on, cell.selected, why))
    return RowFace(row.code, row.name, "" if row.is_visible else _("hidden from members"), is_locked, faces)
