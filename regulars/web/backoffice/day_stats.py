"""The figures of today's page: each with the same of the period before, a line through both, and what it means."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from regulars.web.backoffice import amounts, columns
from regulars.web.backoffice.day_sums import Book, Joined, Outstanding, Sales
from regulars.web.backoffice.faces import Spark, Stat
from regulars.web.backoffice.periods import Period
from regulars.web.shell import figures

SUMMED = ("receipts", "with_member", "total", "total_with_member", "discount", "earned", "spent")


@dataclass(frozen=True, slots=True)
class Sum:
    """Sums over some hours or days; money in minor units."""

    receipts: int = 0
    with_member: int = 0
    total: int = 0
    total_with_member: int = 0
    discount: int = 0
    earned: int = 0
    spent: int = 0

    @staticmethod
    def of(found: Iterable[Sales]) -> "Sum":
        """Add up rows."""
        rows = list(found)
        return Sum(**{name: sum(getattr(row, name) for row in rows) for name in SUMMED})


@dataclass(frozen=True, slots=True)
class Folded:
    """Sales of a period: in all, as far into the period before, and by place in both."""

    total: Sum
    before: Sum
    places: dict[datetime, Sum]
    line: list[Sum]
    parting: int

    def at(self, place: datetime) -> Sum:
        """The sums of one hour or day of the period."""
        return self.places.get(place, Sum())

    def spark(self, read: Callable[[Sum], int]) -> Spark:
        """A line through both periods."""
        return Spark([read(each) for each in self.line], self.parting)


def fold(found: list[Sales], period: Period) -> Folded:
    """Sort rows into the period and the one before."""
    now = [row for row in found if row.is_now]
    places = {place: Sum.of(row for row in now if row.place == place) for place in {row.place for row in now}}
    earlier = [row for row in found if not row.is_now]
    past = {place: Sum.of(row for row in earlier if row.place == place) for place in {row.place for row in earlier}}
    before = [past.get(place, Sum()) for place in period.places_before()]
    line = before + [places.get(place, Sum()) for place in period.whole()]
    return Folded(Sum.of(now), Sum.of(row for row in earlier if row.is_compared), places, line, len(before))


def compared(now: int, before: int, write: Callable[[int], str], period: Period) -> tuple[str, str]:
    """How much more or less it is, and against what: `+12 %`, `£1 240 the day before`."""
    said = f"{write(before)} {period.before()}"
    if not before:
        return "", said
    percent = round(100 * (now - before) / before)
    sign = "+" if percent > 0 else figures.MINUS if percent < 0 else "±"
    return f"{sign}{figures.number(abs(percent))}{figures.GAP}%", said


def of_sales(sales: Folded, period: Period, *, rows_url: str) -> Iterable[Stat]:
    """Sales, receipts with a card, points, discounts."""
    now, before = sales.total, sales.before

    def stat(name: str, title: str, write: Callable[[int], str], meaning: str, tone: str = "") -> Stat:
        change, note = compared(getattr(now, name), getattr(before, name), write, period)
        spark = sales.spark(lambda each: int(getattr(each, name)))
        return Stat(title, write(getattr(now, name)), note, rows_url, tone, change, meaning, spark)

    yield stat("total", "Sales", amounts.in_money, "What customers paid on confirmed receipts, after all discounts.")
    yield _with_card(sales, period, rows_url)
    yield stat(
        "earned", "Points issued", amounts.in_points, "Points that receipts earned, usable now or later.", "honey"
    )
    yield stat("spent", "Points spent", amounts.in_points, "Points that paid a part of receipts.", "honey")
    yield stat(
        "discount", "Discounts given", amounts.in_money, "What our offers took off. Discounts by tills are not in it."
    )


def _with_card(sales: Folded, period: Period, rows_url: str) -> Stat:
    now, before = sales.total, sales.before
    shown = f"{figures.number(now.with_member)} of {figures.number(now.receipts)}"
    note = f"{_share(before)} {period.before()}" if before.receipts else f"no receipt {period.before()}"
    meaning = "Receipts on which the till knew a member, by card, phone or code, of all receipts."
    spark = sales.spark(lambda each: each.with_member)
    return Stat("Receipts with a card", shown, note, rows_url, "", _share(now) if now.receipts else "", meaning, spark)


def _share(each: Sum) -> str:
    return f"{round(100 * each.with_member / each.receipts)}{figures.GAP}%"


def of_buyers(now: int, before: int, period: Period) -> Stat:
    """Members who bought."""
    change, note = compared(now, before, figures.number, period)
    return Stat(
        "Active members", figures.number(now), note, change=change,
        meaning="Different members with at least one confirmed receipt in this time.",
    )  # fmt: skip


def of_joined(found: list[Joined], period: Period) -> Stat:
    """Members who joined."""
    by_place: dict[tuple[bool, datetime], int] = {}
    for row in found:
        by_place[row.is_now, row.place] = by_place.get((row.is_now, row.place), 0) + row.members
    earlier = [by_place.get((False, place), 0) for place in period.places_before()]
    line = earlier + [by_place.get((True, place), 0) for place in period.whole()]
    now = sum(row.members for row in found if row.is_now)
    before = sum(row.members for row in found if row.is_compared and not row.is_now)
    change, note = compared(now, before, figures.number, period)
    return Stat(
        "New members", figures.number(now), note, change=change, spark=Spark(line, len(earlier)),
        meaning="Members who registered in this time, through any door, imports included.",
    )  # fmt: skip


def of_book(outstanding: Outstanding, book: Book) -> Stat:
    """What all members have, and whether the book balances."""
    title, value = "Points outstanding", amounts.in_points(outstanding.points)
    meaning = "What all members have: usable, not yet usable and held. It is the sum of all balances of the ledger."
    if not book.operations:
        return Stat(title, value, "The book is empty.", tone="honey", meaning=meaning)
    if book.unbalanced:
        last = figures.number(book.operations)
        said = f"{book.unbalanced} of the last {last} operations do not balance. Run the audit of the book."
        return Stat(title, value, said, tone="red", meaning=meaning)
    ends = f"{amounts.in_points(outstanding.soon)} end within 30 days. " if outstanding.soon else ""
    said = f"{ends}The last {columns.counted(book.operations, 'operation')} sum to {book.sum_of_entries}."
    return Stat(title, value, said, tone="honey", meaning=meaning)
