"""The shop of the benchmarks: its goods, prices and receipts, made the same way every time; needs no database."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

AT = datetime(2026, 11, 1, tzinfo=UTC)
GROUPS, PRODUCTS = 100, 2_000
LINES = 20
SEED = 1


def group_of(product: int) -> str:
    """The group of a product: the first tenth of the groups is what everybody buys."""
    return f"group-{product % GROUPS}"


def basket(chance: random.Random) -> list[int]:
    """The products of a receipt of 20 lines: ten of the often bought groups, one of each, and ten of all others."""
    often = [group + GROUPS * chance.randrange(PRODUCTS // GROUPS) for group in range(10)]
    rarely = [chance.randrange(10, GROUPS) + GROUPS * chance.randrange(PRODUCTS // GROUPS) for _ in range(LINES - 10)]
    return [*often, *rarely]


def price_of(product: int) -> int:
    """The shelf price of a product in minor units."""
    return 99 + product * 37 % 1_900


def later(hours: float) -> datetime:
    """A time of sale after everything was set up."""
    return AT + timedelta(hours=hours)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of all lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
