"""Reads a file row by row with constant memory, says in which line a row begins, and refuses what is no CSV in UTF-8."""

import codecs
import csv
import difflib
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from regulars.kit.refusal import Refusal
from regulars.kit.sheets import unquoted
from regulars.loyalty.imports.files import REASON, File

LONGEST_LINE = 500_000
LONGEST_CELL = 131_072  # csv's own limit
MOST_COLUMNS = 200
DELIMITERS = (",", ";")
_CHUNK = 1 << 20
_SAVE_AS = "Save it as “CSV UTF-8”."
_EXCEL = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class FileRefused(Refusal):
    """A file cannot be read at all; `line` is where, and 0 the file as a whole."""

    code = "file_refused"

    def __init__(self, message: str, *, line: int = 0, column: str = "", found: str = "") -> None:
        super().__init__(message, field=column)
        self.line, self.found = line, found


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that is CSV in UTF-8 as far as its octets go: its size and the digest of what is in it."""

    path: Path
    octets: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """A row with the line in which it begins; `cells` are as the header has them."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line says: the delimiter, all names as they stand, and where each column of ours is (-1: nowhere)."""

    delimiter: str
    cells: list[str]
    places: tuple[int, ...]


def inspect(path: Path) -> Seen:
    """Look at the octets of a file once; raises `FileRefused` for other encodings, naming the line, and for Excel files."""
    digest, octets, line, last = hashlib.sha256(), 0, 1, b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        _refuse_other_kinds(file)
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise _not_utf8(error, line, last) from error
            line += chunk.count(b"\n")
            last = chunk[chunk.rfind(b"\n") + 1 :][-200:]
            octets += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _not_utf8(error, line, b"") from error
    if not octets:
        raise FileRefused("This file is empty: its first line names the columns.", line=1)
    return Seen(path, octets, digest.digest())


def _refuse_other_kinds(file: BinaryIO) -> None:
    head = file.read(4096)
    file.seek(0)
    if head.startswith(_EXCEL):
        raise FileRefused(f"This is an Excel file, whatever its name says. {_SAVE_AS}")
    if head.startswith(_UTF16) or head.count(0) > len(head) // 4:
        raise FileRefused(f"This file is UTF-16, not UTF-8. {_SAVE_AS}", line=1)


def _not_utf8(error: UnicodeDecodeError, line: int, before: bytes) -> FileRefused:
    """Name the line of the first octet that is no UTF-8, and what the file may be instead."""
    octets = bytes(error.object)
    line += octets.count(b"\n", 0, error.start)
    begins = octets.rfind(b"\n", 0, error.start) + 1
    text = (b"" if begins else before) + octets[begins : error.start + 40].split(b"\n", 1)[0]
    guess = text.decode("cp1251", errors="replace")
    foreign = [letter for letter in guess if ord(letter) > 127]
    is_russian = bool(foreign) and sum("а" <= letter.lower() <= "я" or letter in "ёЁ" for letter in foreign) * 2 > len(
        foreign
    )
    perhaps = " It looks like Windows-1251 (cp1251)." if is_russian else ""
    return FileRefused(f"This file is not UTF-8; line {line} cannot be read.{perhaps} {_SAVE_AS}", line=line)


def rows(seen: Seen, file: File) -> Iterator[Header | Row]:
    """The header, then each row with something in it. Raises `FileRefused`; rows of another length are given as they are."""
    with seen.path.open("rb") as octets, io.TextIOWrapper(octets, encoding="utf-8-sig", newline="") as text:
        lines = _lines(text)
        first = next(lines, "")
        header = read_header(first, file)
        yield header
        read = csv.reader(lines, delimiter=header.delimiter, strict=True)
        while True:
            line = read.line_num + 2
            try:
                cells = next(read)
            except StopIteration:
                return
            except csv.Error as error:
                raise _broken(error, line) from error
            if any(cells):
                yield Row(line, cells)


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    for number, line in enumerate(iter(partial(text.readline, LONGEST_LINE), ""), start=1):
        if len(line) >= LONGEST_LINE:
            raise FileRefused(
                f"Line {number} is longer than {LONGEST_LINE:,} characters: no row of a programme is.", line=number
            )
        yield line


def _broken(error: csv.Error, line: int) -> FileRefused:
    words = str(error)
    if "unexpected end" in words:
        return FileRefused(f"A quotation mark that opens in the row of line {line} is never closed.", line=line)
    if "field larger" in words:
        return FileRefused(
            f"A cell in the row of line {line} is longer than {LONGEST_CELL:,} characters."
            " Perhaps a quotation mark is never closed.",
            line=line,
        )
    return FileRefused(
        f"The row of line {line} is no CSV ({words}): a quotation mark inside a cell is written twice.", line=line
    )


def read_header(first: str, file: File) -> Header:
    """Read the first line; raises `FileRefused` for columns that are unknown, missing or there twice."""
    delimiter = max(DELIMITERS, key=first.count)
    try:
        cells = next(csv.reader([first], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise _broken(error, 1) from error
    if len(cells) > MOST_COLUMNS:
        raise FileRefused(f"This file has {len(cells):,} columns; {file.name} has {len(file.columns)}.", line=1)
    names = [unquoted(cell).strip().lower().replace(" ", "_") for cell in cells]
    ours = [column.name for column in file.columns]
    if not set(names) & set(ours):
        raise FileRefused(f"Line 1 is no header. {file.name} has the columns {', '.join(ours)}.", line=1)
    _refuse_columns(names, ours, file)
    return Header(delimiter, cells, tuple(names.index(name) if name in names else -1 for name in ours))


def _refuse_columns(names: Sequence[str], ours: Sequence[str], file: File) -> None:
    for place, name in enumerate(names):
        if name in names[:place]:
            raise FileRefused(f"The column “{name[:60]}” is there twice.", line=1, column=name[:60], found=name[:60])
        if name not in ours and name != REASON:
            near = difflib.get_close_matches(name, ours, n=1, cutoff=0.5)
            hint = f" Did you mean “{near[0]}”?" if near else f" It has {', '.join(ours)}."
            raise FileRefused(
                f"{file.name} has no column “{name[:60]}”.{hint}", line=1, column=name[:60], found=name[:60]
            )
    for column in file.columns:
        if column.is_required and column.name not in names:
            raise FileRefused(f"The column “{column.name}” is missing: {column.meaning}", line=1, column=column.name)
