"""Cells of files that people open in a spreadsheet: what it would run is written as text, and read back as it was; pure."""

import csv
import io
import re
from collections.abc import Iterable

# What makes a spreadsheet take a cell for a formula, with the twins of other widths; blanks before it are passed over.
_BLANK = "[\\s\u200b-\u200f\u2060\ufeff]*"
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
_RUNS = re.compile(f"'*(?:[\t\r\n]|{_BLANK}[{_SIGNS}\0])")


def quoted(text: str) -> str:
    """Write a text so that no spreadsheet runs it: what it would run gets an apostrophe in front, which makes it a text cell.

    So do texts that have such an apostrophe already, so that `unquoted` finds each text again. A phone such as `+7…` stays
    whole, as a text. Numbers are not for this: give them as numbers to `line`.
    """
    return f"'{text}" if _RUNS.match(text) else text


def unquoted(cell: str) -> str:
    """The text that `quoted` was given; a cell that it did not write stays as it is."""
    return cell[1:] if cell[:1] == "'" and _RUNS.match(cell) else cell


def line(cells: Iterable[object]) -> str:
    """One line of a CSV file: texts quoted and in quotation marks, so that no semicolon parts them; numbers bare; None empty."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_NONNUMERIC).writerow(map(_cell, cells))
    return written.getvalue()


def _cell(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return "" if value is None else ("yes" if value else "no") if isinstance(value, bool) else value
    return quoted(str(value))
