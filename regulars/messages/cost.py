"""What messages cost: parts × the price of the address's beginning, in millionths of the unit of money; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """An exact sum in millionths of the unit of money, and for how many parts no price was known."""

    micros: int = 0
    parts: int = 0
    unpriced_parts: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        """Both together."""
        return Cost(self.micros + other.micros, self.parts + other.parts, self.unpriced_parts + other.unpriced_parts)


def price_of(address: str, prices: Mapping[str, int]) -> int | None:
    """What one part to this address costs: the longest beginning that fits counts; None when none does."""
    for length in range(len(address), -1, -1):
        if (price := prices.get(address[:length])) is not None:
            return price
    return None


def cost_of(messages: Iterable[tuple[str, int]], prices: Mapping[str, int]) -> Cost:
    """What these messages cost, each an address and how many parts its text has."""
    micros = parts = unpriced = 0
    for address, count in messages:
        price = price_of(address, prices)
        micros += count * (price or 0)
        parts += count
        unpriced += count if price is None else 0
    return Cost(micros, parts, unpriced)
