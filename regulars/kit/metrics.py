"""What can be measured in the database: rooms register figures, each a cheap statement, and all are read in one round trip."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from regulars.kit import sql


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: `statement` selects a column for each label and a `value`, for all its values.

    It is asked every few seconds, so it looks into small indexes and never counts a large table.
    """

    name: str
    sentence: str
    statement: str
    labels: tuple[str, ...] = ()
    kind: Literal["gauge", "counter"] = "gauge"
    system: str = field(default="", kw_only=True)


type Values = list[tuple[tuple[str, ...], float]]

_metrics: dict[str, Metric] = {}


def register(metric: Metric) -> None:
    """Measure this from now on; a name that is there is replaced."""
    _metrics[metric.name] = metric


def list_all(systems: set[str] | None = None) -> list[Metric]:
    """All figures of these systems and of the ground, by name."""
    found = [_metrics[name] for name in sorted(_metrics)]
    return [one for one in found if not one.system or systems is None or one.system in systems]


def read(systems: set[str] | None = None) -> Mapping[Metric, Values]:
    """Read all figures at once."""
    asked = list_all(systems)
    batch = sql.Batch()
    for one in asked:
        batch.add(one.statement, [])
    return {
        one: [(tuple(str(row[label]) for label in one.labels), float(row["value"])) for row in rows]
        for one, rows in zip(asked, batch.send(), strict=True)
    }
