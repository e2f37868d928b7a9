"""Whole numbers of money: shares of a percentage, amounts of goods, and one way to split a sum over lines."""

from collections.abc import Iterable, Sequence
from typing import Literal

MAX_MONEY = 2**63 - 1  # what a bigint column holds, either side of zero
BASIS_POINTS = 10_000  # in a whole
THOUSANDTHS = 1_000  # in one piece, kilogram or metre

Rounding = Literal["nearest", "up", "down"]


class MoneyOverflow(ValueError):
    """The sum is larger than a bigint column can keep."""


class CannotAllocate(ValueError):
    """The total cannot be split: no line has weight or room for it."""


def checked(amount: int) -> int:
    """Return the amount, or raise MoneyOverflow when no bigint column could keep it."""
    if -MAX_MONEY <= amount <= MAX_MONEY:
        return amount
    raise MoneyOverflow("This sum is too large.")


def total_of(amounts: Iterable[int]) -> int:
    """Add amounts up; raises MoneyOverflow."""
    return checked(sum(amounts))


def percent_of(amount: int, basis_points: int) -> int:
    """Take a share in basis points, halves away from zero, so that the share of -x is minus the share of x."""
    return checked(_nearest(amount * basis_points, BASIS_POINTS))


def times_quantity(price_minor: int, quantity_thousandths: int) -> int:
    """Multiply a unit price in minor units by a quantity in thousandths, halves away from zero."""
    return checked(_nearest(price_minor * quantity_thousandths, THOUSANDTHS))


def round_to_step(amount: int, step: int, rounding: Rounding = "nearest") -> int:
    """Round to a multiple of the step; "up" is away from zero, "down" towards it, a half goes up."""
    if step <= 0:
        raise ValueError("A step of rounding is above zero.")
    size = abs(amount)
    if rounding == "nearest":
        steps = (2 * size + step) // (2 * step)
    elif rounding == "up":
        steps = -(-size // step)
    else:
        steps = size // step
    return checked(steps * step if amount >= 0 else -steps * step)


def allocate(total: int, weights: Sequence[int], limits: Sequence[int] | None = None) -> list[int]:
    """Split a total over lines in proportion to whole weights, so that the shares add up to it exactly.

    Largest remainder, ties to the lower line; `allocate(-x) == -allocate(x)`. No share is larger than its line's limit
    (a size, above or equal to zero, whatever the sign of the total); what a full line cannot take goes to lines with
    room, again by weight. A line of weight 0 takes nothing. Raises CannotAllocate when the total finds no place.
    """
    if total < 0:
        return [-share for share in allocate(-total, weights, limits)]
    if weights and min(weights) < 0:
        raise CannotAllocate("A line's weight cannot be below zero.")
    checked(total)
    if limits is None:
        return _by_largest_remainder(total, weights)
    return _within_limits(total, weights, limits)


def _nearest(product: int, divisor: int) -> int:
    if product >= 0:
        return (2 * product + divisor) // (2 * divisor)
    return -((divisor - 2 * product) // (2 * divisor))


def _by_largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    weight = sum(weights)
    if total == 0:
        return [0] * len(weights)
    if weight == 0:
        raise CannotAllocate("There is no line to put this sum on.")
    shares = [total * each // weight for each in weights]
    missing = total - sum(shares)
    if missing:
        # `sorted` is stable, which is what gives ties to the lower line.
        by_remainder = sorted(range(len(weights)), key=lambda line: -(total * weights[line] % weight))
        for line in by_remainder[:missing]:
            shares[line] += 1
    return shares


def _within_limits(total: int, weights: Sequence[int], limits: Sequence[int]) -> list[int]:
    """Fill the lines whose fair share exceeds their limit, and share out the rest, until nobody exceeds.

    A fair share at or below a whole limit cannot be rounded above it, so the last round needs no correction; and as
    the others' fair shares only grow, a line once full stays full.
    """
    if len(limits) != len(weights) or (limits and min(limits) < 0):
        raise CannotAllocate("Each line needs a limit of zero or more.")
    shares = [0] * len(weights)
    open_lines = [line for line, weight in enumerate(weights) if weight]
    while total:
        weight = sum(weights[line] for line in open_lines)
        full = [line for line in open_lines if total * weights[line] > limits[line] * weight]
        if not full:
            rest = _by_largest_remainder(total, [weights[line] for line in open_lines])
            for line, share in zip(open_lines, rest, strict=True):
                shares[line] = share
            break
        for line in full:
            shares[line] = limits[line]
            total -= limits[line]
            open_lines.remove(line)
    return shares
