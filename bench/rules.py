"""The offers of the benchmarks, of which few match."""

from collections.abc import Iterator

from regulars.loyalty.offers.actions import NewOffer


def offers(count: int, matching: int) -> Iterator[NewOffer]:
    """So many offers, of which `matching` give something on every receipt; the others are about goods nobody buys.

    Half of the matching ones give discounts on goods that are bought often, half give points on the receipt.
    """
    for n in range(count):
        if n < matching // 2:
            group = f"group-{n % 10}"
            yield NewOffer(
                name=f"Discount {n}",
                benefit="discount",
                basis_points=500,
                groups=[group],
                is_cumulative=True,
                priority=n,
            )
        elif n < matching:
            yield NewOffer(
                name=f"Points {n}",
                benefit="points",
                basis_points=100,
                is_cumulative=True,
                priority=n,
                lifetime_days=365,
            )
        else:
            group = f"rare-{n}"
            yield NewOffer(name=f"Rare {n}", benefit="discount", basis_points=1_000, groups=[group], priority=n % 90)
