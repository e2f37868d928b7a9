"""What the engine is asked: a receipt as the till tells it, and the little it must know about the member."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

type RoundingMode = Literal["none", "down", "nearest"]

WHOLE_RECEIPT = 10_000


class BadReceipt(ValueError):
    """The receipt cannot be priced; `field` names the place, counted in the lines as they were given."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class PointsPayTooMuch(BadReceipt):
    """Points would pay more of the receipt than they may; `payable` says how much that is, in minor units."""

    def __init__(self, payable: int) -> None:
        super().__init__("paid_with_points", f"Points can pay at most {payable} of this receipt.")
        self.payable = payable


@dataclass(frozen=True, slots=True)
class Line:
    """One line: quantity in thousandths, money in minor units; groups are all the product's groups, up to the root."""

    number: int
    sku: str
    name: str
    quantity: int
    unit_price: int
    groups: tuple[str, ...] = ()
    till_discount: int = 0  # what the till took off the whole line by itself: a fact
    is_listed: bool = True  # False: a product we do not know; offers on goods pass it by


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What offers ask about the member; a card that is not activated earns and does not spend."""

    can_earn: bool = True
    can_spend: bool = True


@dataclass(frozen=True, slots=True)
class Terms:
    """What the programme lays down beside the offers: to what a total is rounded, and how much of it points may pay.

    `rounding_step` is in minor units, `points_share_limit` in basis points.
    """

    rounding: RoundingMode = "none"
    rounding_step: int = 1
    points_share_limit: int = WHOLE_RECEIPT


@dataclass(frozen=True, slots=True)
class Receipt:
    """The goods, the place and the moment; no member means an anonymous receipt.

    `paid_with_points` is the part of the total, in minor units, that is paid with points: it earns nothing.
    """

    lines: tuple[Line, ...]
    store: str
    partner_id: int | None
    at: datetime
    member: MemberFacts | None = None
    terms: Terms = Terms()
    paid_with_points: int = 0


def in_order(receipt: Receipt) -> tuple[Line, ...]:
    """Return the lines by number; raises BadReceipt for what cannot be priced."""
    for place, problem, message in _problems(receipt):
        raise BadReceipt(f"{place}{problem}", message)
    return tuple(sorted(receipt.lines, key=_number))


def _number(line: Line) -> int:
    return line.number


def _problems(receipt: Receipt) -> Iterator[tuple[str, str, str]]:
    if receipt.at.tzinfo is None:
        yield "", "at", "The time of a receipt needs its offset from UTC."
    numbers = set()
    for index, line in enumerate(receipt.lines):
        if line.number in numbers:
            yield f"lines.{index}.", "number", f"Line number {line.number} is there twice."
        if line.quantity <= 0:
            yield f"lines.{index}.", "quantity", "A quantity is above zero."
        if line.unit_price < 0:
            yield f"lines.{index}.", "unit_price", "A price cannot be below zero."
        if line.till_discount < 0:
            yield f"lines.{index}.", "till_discount", "A discount of the till is written without a minus."
        numbers.add(line.number)
