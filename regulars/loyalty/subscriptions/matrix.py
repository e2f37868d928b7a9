"""The matrix of consent, mailing types × channels of one member: how it follows from what is stored; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from regulars.contract.channels import Channel
from regulars.loyalty.subscriptions.bits import BITS, bits_of, channels_of

type Choices = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Kind:
    """What the matrix needs to know of a mailing type; `channels` are bits."""

    code: str
    name: str
    base: str
    channels: int
    is_read_only: bool = False
    is_visible: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """One mailing type on one channel."""

    selected: bool
    read_only: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One mailing type with a cell for each channel that it may use."""

    code: str
    name: str
    is_visible: bool
    cells: Mapping[Channel, Cell]


@dataclass(frozen=True, slots=True)
class Summary:
    """What one sentence about the matrix needs: how much that can be refused is on, and what is off altogether."""

    state: Literal["everything", "nothing", "some"]
    on: int
    of: int
    channels_off: tuple[Channel, ...]
    types_off: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """All mailing types × channels of one member."""

    rows: tuple[Row, ...]

    def cell(self, mailing_type: str, channel: str) -> Cell | None:
        """The cell, or None when that mailing type does not use that channel."""
        found = (row.cells.get(Channel(channel)) for row in self.rows if row.code == mailing_type)
        return next(found, None)

    def is_on(self, mailing_type: str, channel: str) -> bool:
        """Whether the member may be written to about this over this channel."""
        cell = self.cell(mailing_type, channel)
        return cell is not None and cell.selected

    def channels(self) -> tuple[Channel, ...]:
        """The channels that at least one visible mailing type uses: the columns of the table."""
        return tuple(channel for channel in BITS if any(channel in row.cells for row in self.rows if row.is_visible))

    def summary(self) -> Summary:
        """What one sentence about this matrix needs; read-only cells and hidden types are left out."""
        free = [
            (row.code, channel, cell.selected)
            for row in self.rows
            if row.is_visible
            for channel, cell in row.cells.items()
            if not cell.read_only
        ]
        on = sum(selected for _, _, selected in free)
        live_channels = {channel for _, channel, selected in free if selected}
        live_types = {code for code, _, selected in free if selected}
        return Summary(
            state="everything" if on == len(free) else "some" if on else "nothing",
            on=on,
            of=len(free),
            channels_off=tuple(c for c in BITS if c not in live_channels and any(c == used for _, used, _ in free)),
            types_off=tuple(dict.fromkeys(code for code, _, _ in free if code not in live_types)),
        )


def bits_on(kind: Kind, choices: Choices) -> int:
    """The channels on for a mailing type: read-only ones always, else what was chosen, else what its base has."""
    if kind.is_read_only:
        return kind.channels
    return choices.get(kind.code, choices.get(kind.base, 0)) & kind.channels


def draw(kinds: Iterable[Kind], choices: Choices) -> Matrix:
    """Draw the matrix from the mailing types and what one member chose."""
    return Matrix(tuple(_row(kind, bits_on(kind, choices)) for kind in kinds))


def _row(kind: Kind, on: int) -> Row:
    cells = {channel: Cell(bool(on & BITS[channel]), kind.is_read_only) for channel in channels_of(kind.channels)}
    return Row(kind.code, kind.name, kind.is_visible, cells)


def fold(entries: Iterable[Choices]) -> dict[str, int]:
    """What a member has chosen by now, from the consent journal alone: the last word on each mailing type holds."""
    chosen: dict[str, int] = {}
    for cells in entries:
        chosen.update(cells)
    return chosen


def after(kinds: Iterable[Kind], choices: Choices, wanted: Mapping[tuple[str, str], bool]) -> dict[str, int]:
    """What has to be stored when the wanted cells are set: only mailing types whose channels differ then.

    When a base type changes, its own types that still follow it are written down as they are, so that they stay: a type
    starts with its base's cells and lives its own life from there.
    """
    known = {kind.code: kind for kind in kinds}
    differing: dict[str, int] = {}
    for code in dict.fromkeys(code for code, _ in wanted):
        on = bits_on(known[code], choices)
        turned_on = bits_of(channel for (of, channel), is_on in wanted.items() if of == code and is_on)
        turned_off = bits_of(channel for (of, channel), is_on in wanted.items() if of == code and not is_on)
        if (then := (on | turned_on) & ~turned_off) != on:
            differing[code] = then
    followers = [
        kind
        for kind in known.values()
        if kind.base in differing and kind.code not in choices and kind.code not in differing and not kind.is_read_only
    ]
    return {**differing, **{kind.code: bits_on(kind, choices) for kind in followers}}
