"""Why an offer gave something or did not: one outcome for each offer, and the sentence that says it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from regulars.loyalty.offers.engine.rule import OfferRule

Barrier = Literal["not_yet", "over", "other_partner", "other_store", "needs_member", "cannot_earn", "no_goods"]
Code = Literal[Barrier, "below_minimum", "nothing_left", "lost", "given"]

# In the order in which they are looked at: an offer that fails several is told the first.
BARRIERS: tuple[Barrier, ...] = (
    "not_yet",
    "over",
    "other_partner",
    "other_store",
    "needs_member",
    "cannot_earn",
    "no_goods",
)

SENTENCES: dict[Code, str] = {
    "not_yet": "{name} has not started yet.",
    "over": "{name} is over.",
    "other_partner": "{name} belongs to another partner.",
    "other_store": "{name} is for other stores.",
    "needs_member": "{name} is for members: no card was shown.",
    "cannot_earn": "{name} gives points, and this member cannot earn any now.",
    "no_goods": "{name} is for goods that are not on the receipt.",
    "below_minimum": "{missing} more gives {name}.",
    "nothing_left": "{name} found nothing left to give.",
    "lost": "{name} gave way to {winners}.",
    "given": "{name} gave {amount}.",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one offer.

    `amount` is what it gave: minor units of money, or units of points; `missing` the minor units that the receipt lacks
    of the least sum; `lost_to` the offers that took its lines, the strongest first.
    """

    offer_id: int
    code: Code
    amount: int = 0
    missing: int = 0
    lost_to: tuple[int, ...] = ()


def sentence(
    outcome: Outcome,
    rules: Mapping[int, OfferRule],
    *,
    money: Callable[[int], str],
    points: Callable[[int, str], str],
    sentences: Mapping[Code, str] = SENTENCES,
) -> str:
    """Say an outcome in words; `rules` by id, `money` and `points` write amounts, `sentences` may be translated."""
    rule = rules[outcome.offer_id]
    is_money = rule.benefit == "discount"
    return sentences[outcome.code].format(
        name=rule.name,
        missing=money(outcome.missing),
        amount=money(outcome.amount) if is_money else points(outcome.amount, rule.currency),
        winners=", ".join(rules[each].name for each in outcome.lost_to),
    )
