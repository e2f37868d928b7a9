"""Writes figures in the text form that Prometheus and its relatives read."""

from collections.abc import Iterable, Mapping
from importlib.metadata import version

from regulars.kit.metrics import Metric, Values


def of(read: Mapping[Metric, Values]) -> str:
    """Figures of the rooms."""
    return "".join(_block(one.name, one.kind, one.sentence, _lines(one, values)) for one, values in read.items())


def of_installation(*, is_up: bool, is_current: bool, workers: int) -> str:
    """Figures of the installation itself."""
    ours = f'{{version="{version("regulars")}"}}'
    return (
        _block("regulars_info", "gauge", "Which version answers; always 1.", [f"regulars_info{ours} 1"])
        + _alone("regulars_database_up", "1 when the database answers.", int(is_up))
        + _alone("regulars_schema_is_current", "1 when the database is as the program wants it.", int(is_current))
        + _alone("regulars_workers", "Worker processes that live; 0 is trouble.", workers)
    )


def _alone(name: str, sentence: str, value: int) -> str:
    return _block(name, "gauge", sentence, [f"{name} {value}"])


def _block(name: str, kind: str, sentence: str, lines: Iterable[str]) -> str:
    return f"# HELP {name} {_plain(sentence)}\n# TYPE {name} {kind}\n" + "".join(f"{line}\n" for line in lines)


def _lines(metric: Metric, values: Values) -> Iterable[str]:
    for labels, value in values:
        told = ",".join(f'{name}="{_label(said)}"' for name, said in zip(metric.labels, labels, strict=True))
        number = f"{value:.3f}" if value % 1 else f"{value:.0f}"
        yield f"{metric.name}{{{told}}} {number}" if told else f"{metric.name} {number}"


def _plain(sentence: str) -> str:
    return sentence.replace("\\", "\\\\").replace("\n", "\\n")


def _label(said: str) -> str:
    return _plain(said).replace('"', '\\"')
