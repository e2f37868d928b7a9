"""Plain SQL with typed rows, and several statements in one round trip."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

type Params = Mapping[str, Any] | Sequence[Any] | None


@contextmanager
def _executed(sql: str, params: Params) -> Iterator[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        yield cursor


def _rows[Row](cursor: Any, row: type[Row]) -> list[Row]:
    if cursor.description is None:
        return []
    names = [column[0] for column in cursor.description]
    return [row(**dict(zip(names, values, strict=True))) for values in cursor.fetchall()]


def about(table: str) -> int:
    """How many rows a table has, as the database remembers it; nothing is counted."""
    found = fetch(dict, "select reltuples::bigint as rows from pg_class where oid = %s::regclass", [table])
    return max(int(found[0]["rows"]), 0)


def fetch[Row](row: type[Row], sql: str, params: Params = None) -> list[Row]:
    """Read all rows; column names are the fields of the row type (a dataclass or `dict`)."""
    with _executed(sql, params) as cursor:
        return _rows(cursor, row)


def first[Row](row: type[Row], sql: str, params: Params = None) -> Row | None:
    """Read the first row, or None."""
    rows = fetch(row, sql, params)
    return rows[0] if rows else None


def run(sql: str, params: Params = None) -> int:
    """Run one statement and say how many rows it touched."""
    with _executed(sql, params) as cursor:
        return int(cursor.rowcount)


def whole_numbers(numbers: Iterable[int]) -> str:
    """Write whole numbers as an array, for a `%s::bigint[]`: several times quicker than binding a list."""
    return "{" + ",".join(map(str, numbers)) + "}"


class Batch:
    """Several statements that travel to PostgreSQL together: one round trip, in order, in the open transaction.

    Rooms add their own statements, so each keeps its SQL at home. `add` returns the place of the statement's rows in what
    `send` answers. Parameters are bound on our side, as Django's default cursor does.
    """

    def __init__(self) -> None:
        self._statements: list[str] = []
        self._params: list[Any] = []

    def __len__(self) -> int:
        return len(self._statements)

    def add(self, sql: str, params: Sequence[Any]) -> int:
        """Add one statement with `%s` placeholders."""
        self._statements.append(sql.strip().rstrip(";"))
        self._params.extend(params)
        return len(self._statements) - 1

    def send(self) -> list[list[dict[str, Any]]]:
        """Send all statements; answer the rows of each, as dictionaries."""
        if not self._statements:
            return []
        answers: list[list[dict[str, Any]]] = []
        with _executed(";\n".join(self._statements), self._params) as cursor:
            answers.append(_rows(cursor, dict))
            while cursor.nextset():
                answers.append(_rows(cursor, dict))
        self._statements, self._params = [], []
        return answers
