"""What the templates of the back office show: plain rows that a page fills."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import strip_tags

SHORT, LONG = 12, 40


@dataclass(frozen=True, slots=True)
class Spark:
    """A line without axes: what was before in grey, then what is now; `parting` is the place at which now begins."""

    values: Sequence[int]
    parting: int

    def before(self) -> str:
        """The points of the grey part."""
        return self._points(range(self.parting))

    def now(self) -> str:
        """The points of the part that is told about; it begins where the other ends."""
        return self._points(range(max(self.parting - 1, 0), len(self.values)))

    def _points(self, places: range) -> str:
        most, last = max([*self.values, 1]), max(len(self.values) - 1, 1)
        return " ".join(f"{100 * place / last:.1f},{26 - 24 * self.values[place] / most:.1f}" for place in places)


@dataclass(frozen=True, slots=True)
class Stat:
    """One figure of the day; `tone` is a colour of the house, honey for points. `change` is against what is said in `note`."""

    title: str
    value: str
    note: str = ""
    url: str = ""
    tone: str = ""
    change: str = ""
    meaning: str = ""
    spark: Spark | None = None


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
class Series:
    """The bars of one colour; `shown` are the same values as people read them."""

    name: str
    values: Sequence[float]
    shown: Sequence[str]
    fill: str
    edge: str = ""

    def dataset(self) -> dict[str, Any]:
        """The bars as Chart.js reads them."""
        edge = {"borderColor": self.edge, "borderWidth": 1} if self.edge else {}
        return {
            "label": self.name, "data": list(self.values), "backgroundColor": self.fill, "borderRadius": 3,
            "maxBarThickness": 40, **edge,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with the sentence that says what they show, and the same as a table; without a sentence there is nothing to show."""

    title: str
    sentence: str
    labels: Sequence[str]
    series: Sequence[Series]
    nothing: str = "Nothing in this time."
    when: str = "When"
    is_stacked: bool = False

    def chart(self) -> str:
        """The bars as Chart.js reads them."""
        return json.dumps({"labels": list(self.labels), "datasets": [each.dataset() for each in self.series]})

    def options(self) -> str:
        """Axes with labels; a legend where there is more than one colour. Colours of words are set by `charts.js`."""
        font = {"family": "Onest, sans-serif"}
        ticks = {"precision": 0, "font": font}
        stacked = {"stacked": True} if self.is_stacked else {}
        axes = {
            "x": {"grid": {"display": False}, "ticks": {**ticks, "maxRotation": 0, "autoSkipPadding": 12}, **stacked},
            "y": {
                "beginAtZero": True,
                "border": {"display": False},
                "ticks": {**ticks, "maxTicksLimit": 6},
                "grid": {"color": "rgba(138,133,122,.18)"},
                **stacked,
            },
        }
        legend = {
            "display": len(self.series) > 1,
            "align": "start",
            "labels": {"boxWidth": 10, "boxHeight": 10, "font": font},
        }
        return json.dumps(
            {"maintainAspectRatio": False, "animation": False, "plugins": {"legend": legend}, "scales": axes}
        )

    def rows(self) -> list[tuple[str, list[str]]]:
        """Label and values, bar by bar."""
        return [(label, [each.shown[place] for each in self.series]) for place, label in enumerate(self.labels)]
