"""Parquet by DuckDB, with little memory however many rows: from lines of JSON into a file, and out again in batches."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

type Columns = Mapping[str, str]
"""The columns of a table and their types in DuckDB; no column may be called `at`, which is a word of its SQL."""

_ROWS_PER_GROUP = 20_000


class NotParquet(Exception):
    """The file cannot be read as the table it should be."""


def write(lines: Path, columns: Columns, to: Path) -> int:
    """Turn a file of JSON lines into a Parquet file; answers the number of rows."""
    types = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
    with _duck(to.parent) as duck:
        duck.execute(
            f"copy (select * from read_json({_quoted(lines)}, format = 'newline_delimited', columns = {{{types}}}))"
            f" to {_quoted(to)} (format parquet, compression zstd, row_group_size {_ROWS_PER_GROUP})"
        )
        return _count(duck, to)


def count(path: Path) -> int:
    """The number of rows, as the file's own end says. Raises `NotParquet`."""
    with _duck(path.parent) as duck:
        return _count(duck, path)


def read(path: Path, columns: Columns, *, batch: int) -> Iterator[list[dict[str, Any]]]:
    """The rows of a file in batches. Raises `NotParquet`, be it for a column that is missing or of another type."""
    import duckdb

    names = list(columns)
    with _duck(path.parent) as duck:
        try:
            duck.execute(f"select {', '.join(names)} from read_parquet({_quoted(path)})")
            found = [str(kind).lower() for _, kind, *_ in duck.description]
            if found != list(columns.values()):
                raise NotParquet(f"the columns of {path.name} are of other types")
            while rows := duck.fetchmany(batch):
                yield [dict(zip(names, row, strict=True)) for row in rows]
        except duckdb.Error as error:
            raise NotParquet(f"{path.name}: {type(error).__name__}") from error


def _count(duck: Any, path: Path) -> int:
    import duckdb

    try:
        (rows,) = duck.execute(f"select count(*) from read_parquet({_quoted(path)})").fetchone()
    except duckdb.Error as error:
        raise NotParquet(f"{path.name}: {type(error).__name__}") from error
    return int(rows)


@contextmanager
def _duck(folder: Path) -> Iterator[Any]:
    """A DuckDB for one piece of work; imported when it is needed, for most processes never do."""
    import duckdb

    duck = duckdb.connect(
        config={
            "threads": 1,
            "memory_limit": "96MB",
            "temp_directory": str(folder),
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    try:
        yield duck
    finally:
        duck.close()


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
