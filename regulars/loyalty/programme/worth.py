"""What points are worth in money; whole units on both sides, so that nobody loses by a conversion."""

from dataclasses import dataclass
from math import gcd
from typing import Self


@dataclass(frozen=True, slots=True)
class Worth:
    """So many minor units of money for so many smallest units of points, in lowest terms.

    Points are spent in multiples of `points` only: 155 points of which ten are a penny pay 15 pence, and 5 stay points.
    """

    money: int
    points: int

    @classmethod
    def of(cls, numerator: int, denominator: int) -> Self:
        """The fraction of a currency of points, in lowest terms; points that are worth nothing have `money` 0."""
        common = gcd(numerator, denominator)
        return cls(numerator // common, denominator // common)

    def most(self, points: int, money: int | None = None) -> tuple[int, int]:
        """How many of these points can pay, at most so much money; answers points and what they are worth."""
        if not self.money:
            return 0, 0
        times = points // self.points
        if money is not None:
            times = min(times, money // self.money)
        return times * self.points, times * self.money

    def points_for(self, money: int) -> int | None:
        """The points that are worth exactly this much, or None when no whole number is."""
        if not self.money:
            return None if money else 0
        times, rest = divmod(money, self.money)
        return None if rest else times * self.points
