"""What the templates of the back office show: plain rows that a page fills."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import strip_tags

SHORT, LONG = 12, 40


@dataclass(frozen=True, slots=True)
class Stat:
    """One figure of the day; `tone` is a colour of the house, honey for points."""

    title: str
    value: str
    note: str = ""
    url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A small table below a page; `figures` names the columns that stand on the right."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    nothing: str
    figures: frozenset[int] = frozenset()
    room: str = ""

    def lines(self) -> list[list[tuple[Any, str]]]:
        """The cells, each with its class: figures stand on the right, words get room before they break."""
        return [
            [(cell, "desk-figure" if place in self.figures else _room_for(cell)) for place, cell in enumerate(row)]
            for row in self.rows
        ]

    def titles(self) -> list[tuple[str, bool]]:
        """The heads, each with whether figures stand below it."""
        return [(head, place in self.figures) for place, head in enumerate(self.heads)]


def _room_for(cell: Any) -> str:
    length = len(strip_tags(str(cell)))
    return "desk-text" if length > LONG else "desk-words" if length > SHORT else ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with the sentence that says what they show, and the same as a table."""

    title: str
    sentence: str
    labels: Sequence[str]
    values: Sequence[int]
    unit: str

    def chart(self) -> str:
        """The bars as Chart.js reads them."""
        bars = {
            "label": self.unit,
            "data": list(self.values),
            "backgroundColor": "var(--color-primary-500)",
            "borderRadius": 4,
        }
        return json.dumps({"labels": list(self.labels), "datasets": [bars]})

    def options(self) -> str:
        """Axes with labels, no legend for one set of bars."""
        ticks = {"color": "#8a8f95", "precision": 0, "font": {"family": "Onest, sans-serif"}}
        axes = {
            "x": {"grid": {"display": False}, "ticks": {**ticks, "maxRotation": 0, "autoSkipPadding": 12}},
            "y": {
                "beginAtZero": True,
                "border": {"display": False},
                "ticks": ticks,
                "grid": {"color": "rgba(138,133,122,.18)"},
            },
        }
        plugins = {"legend": {"display": False}}
        return json.dumps({"maintainAspectRatio": False, "animation": False, "plugins": plugins, "scales": axes})

    def rows(self) -> list[tuple[str, int]]:
        """Label and value, bar by bar."""
        return list(zip(self.labels, self.values, strict=True))
