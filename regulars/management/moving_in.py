"""What `regulars import` says and writes: totals, errors, and the rejected rows with a reason, safe for spreadsheets."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from regulars.kit import sheets
from regulars.loyalty.imports import queries, reading
from regulars.loyalty.imports.files import REASON, File
from regulars.loyalty.imports.outcome import Look, RowError, Totals
from regulars.loyalty.imports.reading import Header, Row

COLUMNS = ("rows", "new", "there", "different", "gone", "wrong")
TITLES = ("rows", "new", "there already", "different, left", "have left", "wrong")


def totals(found: Look) -> Iterator[str]:
    """The totals as a table."""
    lines = [("", *TITLES), *(_line(file, each) for file, each in found.totals.items())]
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    for line in lines:
        name, *figures = line
        yield name.ljust(widths[0]) + "".join(
            f"  {figure:>{width}}" for figure, width in zip(figures, widths[1:], strict=True)
        )
    if any(each.different for each in found.totals.values()):
        yield "What is there and different was left as it is."


def _line(file: File, found: Totals) -> tuple[str, ...]:
    return (file.name, *(f"{getattr(found, column):,}" for column in COLUMNS))


def first_errors(most: int) -> tuple[list[RowError], bool]:
    """The first errors, and whether there are more."""
    some = list(islice(queries.list_errors(), most + 1))
    return some[:most], len(some) > most


def sentence(error: RowError) -> str:
    """An error in one line."""
    where = f"{error.file}:{error.line}" if error.line else error.file
    if not error.column and not error.found:
        return f"{where}  {error.expected}"
    return f"{where}  {error.column or 'row'} “{error.found}”; expected {error.expected}"


def write_errors(path: Path) -> int:
    """Write all errors as CSV; answers how many."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(sheets.line(["file", "line", "column", "found", "expected"]))
        for error in queries.list_errors():
            file.write(sheets.line([error.file, error.line, error.column, error.found, error.expected]))
            count += 1
    return count


def write_rejected(found: Look, folder: Path) -> list[str]:
    """Write the rows that were not taken, as they stood, with a reason: the folder can be corrected and imported."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for file, each in found.totals.items():
        if each.wrong and file in found.seen and file not in found.refused:
            with (folder / file.name).open("w", encoding="utf-8", newline="") as into:
                _write_rejected(found, file, into)
            written.append(file.name)
    return written


def _write_rejected(found: Look, file: File, into: IO[str]) -> None:
    reasons = iter(queries.list_reasons(file))
    line, reason = next(reasons, (0, ""))
    columns: list[int] = []
    for row in reading.rows(found.seen[file], file):
        if isinstance(row, Header):
            columns = [place for place, name in enumerate(row.cells) if name.strip().lower() != REASON]
            into.write(sheets.line([*(sheets.unquoted(row.cells[place]) for place in columns), REASON]))
        while isinstance(row, Row) and line and line < row.line:
            line, reason = next(reasons, (0, ""))
        if isinstance(row, Row) and line == row.line:
            cells = [sheets.unquoted(row.cells[place]) if place < len(row.cells) else "" for place in columns]
            into.write(sheets.line([*cells, reason]))
            line, reason = next(reasons, (0, ""))


def report(found: Look, errors: list[RowError], *, is_applied: bool, seconds: float) -> dict[str, Any]:
    """Everything as JSON."""
    return {
        "applied": is_applied,
        "new": found.new,
        "wrong": found.wrong,
        "files": {
            file.name: {column: getattr(each, column) for column in COLUMNS} | {"refused": file in found.refused}
            for file, each in found.totals.items()
        },
        "errors": [
            {"file": e.file, "line": e.line, "column": e.column, "found": e.found, "expected": e.expected}
            for e in errors
        ],
        "notes": found.notes,
        "seconds": round(seconds, 1),
    }
