"""Evaluations per second of the pure offers engine: 20 lines, 100 offers of which 2 match and 1,000 of which 20 match."""

import random
import time
from collections.abc import Iterator
from typing import Any

from bench import rules, shop
from regulars.loyalty.offers import engine

SIZES = ((100, 2), (1_000, 20))


def run(*, quick: bool) -> Iterator[dict[str, Any]]:
    """Measure each size for some seconds in one process; there is no yardstick yet."""
    for offers, matching in SIZES:
        yield _measure(offers, matching, seconds=2.0 if quick else 20.0)


def _measure(offers: int, matching: int, *, seconds: float) -> dict[str, Any]:
    snapshot = engine.compile([_rule(n, new) for n, new in enumerate(rules.offers(offers, matching), start=1)], 1)
    receipts = [_receipt(random.Random(shop.SEED + n)) for n in range(200)]
    for receipt in receipts:
        given = sum(outcome.code == "given" for outcome in engine.price(snapshot, receipt).outcomes)
        if given != matching:
            raise AssertionError(f"{given} offers gave something, not {matching}")
    times: list[float] = []
    began = time.perf_counter()
    while (ticks := time.perf_counter()) < began + seconds:
        engine.price(snapshot, receipts[len(times) % len(receipts)])
        times.append(time.perf_counter() - ticks)
    return {
        "bench": "offers",
        "lines": shop.LINES,
        "offers": offers,
        "matching": matching,
        "unit": "evaluations/s",
        "ours": round(len(times) / (time.perf_counter() - began)),
        "p99_ms": round(shop.percentile(times, 0.99) * 1000, 3),
        "invariants": "held",
    }


def _rule(number: int, new: Any) -> engine.OfferRule:
    return engine.OfferRule(
        id=number,
        public_id=f"off_{number}",
        name=new.name,
        benefit=new.benefit,
        basis_points=new.basis_points,
        scope="goods" if new.groups else "receipt",
        groups=frozenset(new.groups),
        members_only=True,
        priority=new.priority,
        is_cumulative=new.is_cumulative,
        currency="points" if new.benefit == "points" else "",
        lifetime_days=new.lifetime_days,
    )


def _receipt(chance: random.Random) -> engine.Receipt:
    lines = tuple(
        engine.Line(
            number=number,
            sku=f"sku-{product}",
            name=f"Product {product}",
            quantity=1_000 * chance.randrange(1, 4),
            unit_price=shop.price_of(product),
            groups=(shop.group_of(product),),
        )
        for number, product in enumerate(shop.basket(chance), start=1)
    )
    return engine.Receipt(lines=lines, store="1", partner_id=None, at=shop.later(1), member=engine.MemberFacts())
