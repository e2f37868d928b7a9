"""Builders of offers and receipts: say only what matters, the rest is an ordinary day in one shop."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from regulars.loyalty.offers.engine.outcome import Outcome
from regulars.loyalty.offers.engine.price import Priced, price
from regulars.loyalty.offers.engine.receipt import Line, MemberFacts, Receipt
from regulars.loyalty.offers.engine.rule import OfferRule
from regulars.loyalty.offers.engine.snapshot import compile

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MEMBER = MemberFacts()


def line(number: int = 1, sku: str = "tea", price: int = 1000, **rest: Any) -> Line:
    usual: dict[str, Any] = {"number": number, "sku": sku, "name": sku, "quantity": 1000, "unit_price": price}
    return Line(**usual | rest)


def receipt(*lines: Line, **rest: Any) -> Receipt:
    usual: dict[str, Any] = {"lines": lines, "store": "north", "partner_id": 1, "at": NOON, "member": MEMBER}
    return Receipt(**usual | rest)


def discount(id: int, basis_points: int, **rest: Any) -> OfferRule:
    if "groups" in rest or "skus" in rest:
        rest = {"scope": "goods"} | rest
    rest = {name: frozenset(value) if isinstance(value, (set, list)) else value for name, value in rest.items()}
    usual: dict[str, Any] = {"public_id": f"off_{id}", "name": f"Offer {id}", "benefit": "discount"}
    return OfferRule(id=id, basis_points=basis_points, **usual | rest)


def points(id: int, basis_points: int, **rest: Any) -> OfferRule:
    return discount(id, basis_points, **{"benefit": "points", "currency": "bonus"} | rest)


def priced(rules: list[OfferRule], receipt: Receipt, version: int = 1) -> Priced:
    return price(compile(rules, version), receipt)


def outcome(answer: Priced, offer_id: int) -> Outcome:
    [found] = [each for each in answer.outcomes if each.offer_id == offer_id]
    return found


def discounts(answer: Priced) -> list[dict[int, int]]:
    return [dict(each.discounts) for each in answer.lines]


def without_member(receipt: Receipt) -> Receipt:
    return replace(receipt, member=None)
