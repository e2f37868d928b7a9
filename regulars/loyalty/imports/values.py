"""How the cells of files are read: each kind has a reader that gives the cell back as the database wants it; pure.

Readers answer None for an empty cell of a kind that has no empty value, and raise `Wrong` with what was expected.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from regulars.kit.text import is_storable, tidy
from regulars.loyalty.cards import numbers
from regulars.loyalty.members import reasons
from regulars.loyalty.programme import zones

LONGEST_TEXT = 200
LONGEST_KEY = 100
MOST = Decimal(10**13)
_NUMBER = re.compile(r"\d{1,14}(?:[.,]\d{1,6})?")
_PATH = re.compile(r"[^/\s]{1,60}(?:/[^/\s]{1,60}){0,9}")
_FLAGS: Final = {
    **dict.fromkeys(("on", "yes", "true", "1"), "t"),
    **dict.fromkeys(("off", "no", "false", "0"), "f"),
}  # fmt: skip
COLUMN_TYPES: Final = {
    "money": "bigint", "quantity": "bigint", "whole": "bigint", "number": "numeric", "date": "date", "time": "timestamptz",
    "past": "timestamptz", "until": "timestamptz", "flag": "boolean",
}  # fmt: skip

type Reader = Callable[[str], str | None]


class Wrong(Exception):
    """A cell cannot be what it is; `expected` says what would do, `column` where, if it is not the cell being read."""

    def __init__(self, expected: str, column: str = "") -> None:
        super().__init__(expected)
        self.expected, self.column = expected, column


@dataclass(frozen=True, slots=True)
class Context:
    """What reading needs to know of the programme: its money, its country, its zone, and what time it is."""

    at: datetime
    region: str
    zone: ZoneInfo
    exponent: int


def readers(context: Context) -> Mapping[str, Reader]:
    """The reader of each kind."""
    return {
        "raw": storable,
        "text": _text,
        "key": _key,
        "word": storable,
        "code": _code,
        "path": _path,
        "zone": _zone,
        "state": _one_of("active", "blocked"),
        "digits": _digits,
        "flag": _flag,
        "whole": _whole,
        "number": _plain_number,
        "quantity": lambda cell: _scaled(
            cell, 3, "a number such as 2 or 0.345, with at most three digits after the point"
        ),
        "money": lambda cell: _scaled(cell, context.exponent, _money_words(context.exponent)),
        "date": _date,
        "time": lambda cell: _time(cell, context),
        "past": lambda cell: _past(cell, context),
        "until": lambda cell: _until(cell, context),
        "told": _told,
    }


def storable(cell: str) -> str:
    """The text as it is; raises `Wrong` for what the database cannot keep."""
    if not is_storable(cell):
        raise Wrong("text without NUL characters")
    return cell


def _text(cell: str) -> str:
    text = tidy(storable(cell))
    if len(text) > LONGEST_TEXT:
        raise Wrong(f"at most {LONGEST_TEXT} characters")
    return text


def _key(cell: str) -> str:
    key = tidy(storable(cell))
    if len(key) > LONGEST_KEY:
        raise Wrong(f"a number or code of at most {LONGEST_KEY} characters")
    return key


def _code(cell: str) -> str:
    code = cell.lower()
    if not reasons.is_code(code):
        raise Wrong("a code of small letters, digits, - and _, since it is kept for ever and must name nobody")
    return code


def _path(cell: str) -> str:
    if cell and not _PATH.fullmatch(storable(cell)):
        raise Wrong("codes of groups without blanks, from the top down, such as food/dairy/milk")
    return cell


def _zone(cell: str) -> str:
    if cell and not zones.is_known(cell):
        raise Wrong("a time zone such as Europe/London")
    return cell


def _one_of(*known: str) -> Reader:
    def read(cell: str) -> str:
        if cell and cell not in known:
            raise Wrong(" or ".join(known))
        return cell or known[0]

    return read


def _digits(cell: str) -> str:
    if not (cell.isascii() and cell.isdigit() and numbers.SHORTEST <= len(cell) <= numbers.LONGEST):
        raise Wrong(f"{numbers.SHORTEST} to {numbers.LONGEST} digits")
    return cell


def _flag(cell: str) -> str:
    if (found := _FLAGS.get(cell.lower())) is None:
        raise Wrong("on or off")
    return found


def _whole(cell: str) -> str | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 6):
        raise Wrong("a whole number")
    return str(int(cell))


def _plain_number(cell: str) -> str | None:
    return _scaled(cell, 2, "a number above zero, with at most two digits after the point", divide=True)


def _money_words(exponent: int) -> str:
    example = "12" + (".50000"[: exponent + 1] if exponent else "")
    digits = f"with at most {exponent} digits after the point" if exponent else "without a point"
    return f"an amount such as {example}, {digits}, nothing between thousands and no sign"


def _scaled(cell: str, exponent: int, expected: str, *, divide: bool = False) -> str | None:
    """Whole smallest units of a number; a comma may stand for the point, but nothing between thousands."""
    if not cell:
        return None
    whole, _, rest = cell.replace(",", ".").partition(".")
    if not _NUMBER.fullmatch(cell) or not cell.isascii() or len(rest.rstrip("0")) > exponent or Decimal(whole) >= MOST:
        raise Wrong(expected)
    if divide:
        return f"{int(whole)}.{rest or 0}"
    return str(int(whole + rest[:exponent].ljust(exponent, "0")))


def _date(cell: str) -> str | None:
    if not cell:
        return None
    try:
        return date.fromisoformat(cell).isoformat()
    except ValueError as error:
        raise Wrong("a day such as 1979-05-14") from error


def read_time(cell: str) -> datetime | date:
    """A day, or a time with or without an offset; raises `Wrong`."""
    try:
        return date.fromisoformat(cell) if len(cell) <= 10 else datetime.fromisoformat(cell)
    except ValueError as error:
        raise Wrong("a time such as 2026-02-14 18:05, with or without an offset, or a day") from error


def _instant(told: datetime | date, context: Context) -> datetime:
    if not isinstance(told, datetime):
        told = datetime.combine(told, time.min)
    try:
        return (told if told.tzinfo else told.replace(tzinfo=context.zone)).astimezone(UTC)
    except OverflowError as error:
        raise Wrong("a time between the years 1900 and 9000") from error


def _checked(instant: datetime) -> str:
    if not 1900 <= instant.year <= 9000:
        raise Wrong("a time between the years 1900 and 9000")
    return instant.isoformat()


def _time(cell: str, context: Context) -> str | None:
    return _checked(_instant(read_time(cell), context)) if cell else None


def _past(cell: str, context: Context) -> str | None:
    if not cell:
        return None
    if (instant := _instant(read_time(cell), context)) > context.at:
        raise Wrong("a time that is over")
    return _checked(instant)


def _until(cell: str, context: Context) -> str | None:
    if not cell:
        return None
    told = read_time(cell)
    if isinstance(told, datetime):
        return _checked(_instant(told, context))
    return _checked(_instant(min(told, date(9001, 1, 1)) + timedelta(days=1), context))


def _told(cell: str) -> str:
    """A time as it was told: the store's zone is found later, where there is no offset."""
    if not cell:
        return ""
    told = read_time(cell)
    if not 1900 <= told.year <= 9000:
        raise Wrong("a time between the years 1900 and 9000")
    return told.isoformat(" ") if isinstance(told, datetime) else told.isoformat()
