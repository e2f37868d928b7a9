"""The stage: temporary tables of this connection, into which files stream, and which end with it, whatever happens.

What is personal in a file is therefore nowhere else than in the file and, once it is applied, in the rooms.
"""

import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import IO

from django.db import connection, transaction

from regulars.kit import ids, sql
from regulars.kit.sheets import unquoted
from regulars.loyalty.imports import people, reading, values
from regulars.loyalty.imports.files import CONSENTS, LINES, MEMBERS, STAGED, File
from regulars.loyalty.imports.reading import FileRefused, Header, Row, Seen
from regulars.loyalty.imports.values import COLUMN_TYPES, Context, Reader, Wrong

TOGETHER = 2000
REMEMBERED = 20_000
SHOWN = 100
ERRORS = "stage_error (file, line, col, found, expected, key)"
_OWN = ("stage_error", "stage_place", "stage_person", "stage_entry", "stage_agreeing", "stage_kind", "stage_change", "stage_sum",
        "stage_lined", "stage_batch")  # fmt: skip
_KEPT_IN_MEMORY = 1 << 20
_MEMORY = "set work_mem = '64MB'"
_ERROR_TABLE = """
create temp table stage_error (file text, line int, col text, found text, expected text, key text)
"""
_PLACES = "create temp table stage_place (code text, store_id bigint, time_zone text, partners bigint)"
_PERSONS = "create temp table stage_person (number text, line int, member_id bigint, fate text)"
_AGREEING = "create temp table stage_agreeing (member text)"
_ENTRIES = "create temp table stage_entry (member text, told_at timestamptz, source text, wording text, cells jsonb, place bigint)"


@contextmanager
def opened() -> Iterator[None]:
    """Make the tables, and drop them at the end."""
    _drop()
    sql.run(_MEMORY)
    for table in (_ERROR_TABLE, _PLACES, _PERSONS, _ENTRIES, _AGREEING, *map(_table, STAGED)):
        sql.run(table)
    try:
        yield
    finally:
        if not connection.needs_rollback:
            _drop()
            sql.run("reset work_mem")


def _table(file: File) -> str:
    columns = [f"{column.name} {COLUMN_TYPES.get(column.kind, 'text')}" for column in file.columns]
    extra = ["public_id text"] if file.mints else []
    return f"create temp table {file.table} (at_line int, {', '.join([*columns, *extra])}, fate text)"


def _drop() -> None:
    names = (*_OWN, *(file.table for file in STAGED))
    sql.run(f"drop table if exists {', '.join(f'pg_temp.{name}' for name in names)}")


def take_in(file: File, seen: Seen, context: Context) -> int:
    """Stream a file into its table; answers how many rows it has. Wrong rows stay outside, with their errors.

    Raises `FileRefused` when it cannot be read to its end: then nothing of it is there.
    """
    with tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY, "w+", encoding="utf-8", newline="\n") as errors:
        stream = _Stream(file, context, errors)
        _copy(f"{file.table} ({stream.columns})", stream.blocks(reading.rows(seen, file)))
        errors.seek(0)
        _copy(ERRORS, iter(partial(errors.read, _KEPT_IN_MEMORY), ""))
    sql.run(f"analyze {file.table}")
    return stream.rows


@transaction.atomic
def _copy(into: str, blocks: Iterable[str]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {into} from stdin") as copy:
        for block in blocks:
            copy.write(block)


def refuse(file: File, refusal: FileRefused) -> None:
    """Note that a file cannot be read."""
    row = [file.name, refusal.line, refusal.field, refusal.found[:SHOWN], refusal.message, None]
    sql.run(f"insert into {ERRORS} values (%s, %s, %s, %s, %s, %s)", row)


class _Stream:
    """The rows of a file on their way into its table; each cell that came before is read only once."""

    def __init__(self, file: File, context: Context, errors: IO[str]) -> None:
        self.file, self.context, self.errors = file, context, errors
        self.rows = 0
        names = ["at_line", *(column.name for column in file.columns), *(["public_id"] if file.mints else [])]
        self.columns = ", ".join(names)
        self._places: tuple[int, ...] = ()
        self._header: list[str] = []
        known = values.readers(context)
        self._readers = [_reader(known[column.kind], is_required=column.is_required) for column in file.columns]
        self._memory: list[dict[str, str]] = [{} for _ in file.columns]

    def blocks(self, rows: Iterator[Header | Row]) -> Iterator[str]:
        """The table's rows as the database takes them, many at a time."""
        taken: list[str] = []
        for row in rows:
            if isinstance(row, Header):
                self._places, self._header = row.places, row.cells
                continue
            self.rows += 1
            if (line := self._read(row)) is not None:
                taken.append(line)
            if len(taken) >= TOGETHER:
                yield "\n".join(taken) + "\n"
                taken.clear()
        if taken:
            yield "\n".join(taken) + "\n"

    def _read(self, row: Row) -> str | None:
        cells = row.cells
        if len(cells) != len(self._header):
            self._refuse(row, "", f"{len(cells)} cells", f"{len(self._header)} cells, as the first line has")
            return None
        if cells == self._header:
            self._refuse(row, "", cells[0], "a row; this is the first line once more")
            return None
        if self.file is MEMBERS:
            return self._read_person(row)
        read, is_wrong = [str(row.line)], False
        for number, place in enumerate(self._places):
            cell = cells[place] if place >= 0 else ""
            known = self._memory[number].get(cell)
            if known is None:
                try:
                    known = escaped(self._readers[number](cell))
                except Wrong as wrong:
                    self._refuse(row, self.file.columns[number].name, cell, wrong.expected)
                    is_wrong = True
                    continue
                if len(self._memory[number]) < REMEMBERED:
                    self._memory[number][cell] = known
            read.append(known)
        if self.file.mints:
            read.append(ids.new(self.file.mints))
        return None if is_wrong else "\t".join(read)

    def _read_person(self, row: Row) -> str | None:
        told: list[str | None] = []
        is_wrong = False
        for number, place in enumerate(self._places):
            cell = row.cells[place] if place >= 0 else ""
            try:
                told.append(self._readers[number](cell))
            except Wrong as wrong:
                self._refuse(row, self.file.columns[number].name, cell, wrong.expected)
                is_wrong = True
        if is_wrong:
            return None
        try:
            person = people.read(told, self.context)
        except Wrong as wrong:
            self._refuse(row, wrong.column, self._cell(row, wrong.column), wrong.expected)
            return None
        return "\t".join([str(row.line), *map(escaped, person), ids.new(self.file.mints)])

    def _cell(self, row: Row, name: str) -> str:
        column = self.file.column(name)
        place = self._places[self.file.columns.index(column)] if column else -1
        return row.cells[place] if 0 <= place < len(row.cells) else ""

    def _refuse(self, row: Row, column: str, found: str, expected: str) -> None:
        noted = [self.file.name, str(row.line), column, found[:SHOWN], expected, self._key(row)]
        self.errors.write("\t".join(escaped(text.replace("\0", "�")) for text in noted) + "\n")

    def _key(self, row: Row) -> str:
        """What else is wrong because of this row: the member, or the receipt."""
        parts = {LINES: ("store", "receipt"), CONSENTS: ("member",)}.get(self.file, self.file.key[-1:])
        return "\x1f".join(unquoted(self._cell(row, part)).strip() for part in parts)


def _reader(read: Reader, *, is_required: bool) -> Callable[[str], str | None]:
    def read_cell(cell: str) -> str | None:
        text = unquoted(cell).strip()
        if is_required and not text:
            raise Wrong("something: this cell is empty")
        return read(text)

    return read_cell


def escaped(text: str | None) -> str:
    """A value as COPY takes it."""
    if text is None:
        return "\\N"
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text


def read_one(file: File, seen: Seen, context: Context) -> tuple[Mapping[str, str | None] | None, int]:
    """The first row of a file of one row, and how many there are. Raises `FileRefused`."""
    found: Sequence[str] = ()
    with io.StringIO() as errors:
        stream = _Stream(file, context, errors)
        for block in stream.blocks(reading.rows(seen, file)):
            found = found or block.split("\n", 1)[0].split("\t")[1:]
        if wrong := errors.getvalue():
            _, line, column, cell, expected, _ = wrong.split("\n", 1)[0].split("\t")
            raise FileRefused(f"Expected {expected}", line=int(line), column=column, found=cell)
    if not found:
        return None, stream.rows
    names = (column.name for column in file.columns)
    return {name: None if cell == "\\N" else cell for name, cell in zip(names, found, strict=True)}, stream.rows
