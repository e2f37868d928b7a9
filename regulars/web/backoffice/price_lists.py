"""Price lists as people write them: pasted or as a CSV file, read with every mistake and its line, and compared; pure."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from regulars.kit.sheets import unquoted

MOST_MICROS = 10**12
MOST_LINES = 20_000
MOST_MISTAKES = 20
_PRICE = re.compile(r"[0-9]{1,12}([.,][0-9]{0,6})?|[.,][0-9]{1,6}", re.ASCII)
_PREFIX = re.compile(r"\+[0-9]{1,15}", re.ASCII)
_WORD = re.compile(r"[a-z]+")
_HEADS = {"price", "prefix", "number", "address", "cost"}


@dataclass(slots=True)
class PriceList:
    """The beginning of a number (empty: any) → millionths of the unit of money; and what could not be read."""

    prices: dict[str, int] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of a preview: what it cost, what it would cost."""

    prefix: str
    before: int | None
    after: int | None

    @property
    def word(self) -> str:
        """What becomes of the line."""
        if self.before is None:
            return "new"
        if self.after is None:
            return "gone"
        return "as it is" if self.before == self.after else "dearer" if self.after > self.before else "cheaper"


def read(text: str) -> PriceList:
    """Read lines such as `+7 0.025`, `+7;0,025` or `"+7","0.025"`; a price alone is for every other address."""
    found = PriceList()
    for place, line in enumerate(text.splitlines(), start=1):
        cells = [unquoted(cell.strip()) for cell in _cells(line)]
        if not any(cells) or (place == 1 and set(_WORD.findall(line.lower())) & _HEADS):
            continue
        if (mistake := _take(found.prices, cells)) and len(found.mistakes) < MOST_MISTAKES:
            found.mistakes.append(f"Line {place} {mistake}")
        if len(found.prices) > MOST_LINES:
            found.mistakes.append(f"Line {place} is one too many: a list has at most {MOST_LINES} lines.")
            break
    return found


def write(prices: Mapping[str, int]) -> str:
    """The list as it is edited."""
    return "\n".join(f"{prefix} {in_units(price)}".strip() for prefix, price in sorted(prices.items()))


def in_units(micros: int) -> str:
    """Millionths of the unit of money as people type them: 0.025."""
    return f"{Decimal(micros).scaleb(-6).normalize():f}"


def compare(before: Mapping[str, int], after: Mapping[str, int]) -> list[Difference]:
    """Every line of either list, those that change first."""
    lines = [Difference(prefix, before.get(prefix), after.get(prefix)) for prefix in sorted({*before, *after})]
    return sorted(lines, key=lambda line: line.word == "as it is")


def _cells(line: str) -> list[str]:
    """Part a line: by semicolons or tabs, else as CSV if it is quoted, else by blanks, else by the comma after a prefix."""
    for mark in (";", "\t"):
        if mark in line:
            return next(_parsed(line, mark), [])
    if '"' in line:
        return next(_parsed(line, ","), [])
    cells = line.split()
    if len(cells) == 1 and line.lstrip().startswith(("+", "'+")) and "," in line:
        prefix, _, price = cells[0].partition(",")
        return [prefix, price]
    return cells


def _parsed(line: str, mark: str) -> Iterator[list[str]]:
    return csv.reader([line.strip()], delimiter=mark)


def _take(prices: dict[str, int], cells: list[str]) -> str:
    """Add a line to the list; answers what is wrong with it, or nothing."""
    *beginning, price = cells
    prefix = "".join(beginning)
    if len(beginning) > 1 or not _PRICE.fullmatch(price):
        return "is not a beginning and a price, such as “+7 0.025”."
    if prefix and not _PREFIX.fullmatch(prefix):
        return f"begins with “{prefix[:20]}”: a number begins with + and digits, such as +7."
    if prefix in prices:
        return f"says “{prefix or 'any other address'}” again."
    micros = Decimal(price.replace(",", ".")).scaleb(6)
    if micros >= MOST_MICROS:
        return "is dearer than anything can be."
    prices[prefix] = int(micros)
    return ""
