"""One event of a receipt, discounts or points: which offers act on which lines, and what each gives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace

from regulars.kit.money import allocate, checked, percent_of
from regulars.loyalty.offers.engine.outcome import Outcome
from regulars.loyalty.offers.engine.rule import WEIGHTS, WHOLE, OfferRule
from regulars.loyalty.offers.engine.snapshot import ones


@dataclass(frozen=True, slots=True)
class Gift:
    """What one offer gives: its amount, in money or points, and each line's share of it."""

    rule: OfferRule
    amount: int
    lines: Sequence[int]
    shares: Sequence[int]


def play(
    rules: Sequence[OfferRule], in_play: int, masks: Sequence[int], left: list[int], outcomes: list[Outcome]
) -> list[Gift]:
    """Give what the offers in play give, in the order in which they act.

    `left` is what remains to be paid for each line; discounts lower it. Each offer's place in `outcomes` is filled.
    """
    reach = _reach(in_play, masks, left)
    total = sum(left)
    alone: list[int] = []
    together: list[int] = []
    for place in sorted(reach):
        rule = rules[place]
        if rule.minimum_total > total:
            outcomes[place] = Outcome(rule.id, "below_minimum", missing=rule.minimum_total - total)
        else:
            (together if rule.is_cumulative else alone).append(place)
    return [*_one_for_a_line(rules, alone, reach, left, outcomes), *_all(rules, together, reach, left, outcomes)]


def _reach(in_play: int, masks: Sequence[int], left: Sequence[int]) -> dict[int, list[int]]:
    """Offer → its lines on which something is left."""
    reach: dict[int, list[int]] = {place: [] for place in ones(in_play)}
    for line, mask in enumerate(masks):
        if left[line]:
            for place in ones(mask & in_play):
                reach[place].append(line)
    return reach


def _one_for_a_line(
    rules: Sequence[OfferRule],
    places: Iterable[int],
    reach: dict[int, list[int]],
    left: list[int],
    outcomes: list[Outcome],
) -> list[Gift]:
    """Let non-cumulative offers take lines: by priority, kind, worth over all free lines, id.

    Worth is compared before rounding, and in money also for points. It only shrinks as lines are taken, so an offer
    whose stored worth is still true when it reaches the top of the heap is the best; no other need be tried again.
    """
    gifts: list[Gift] = []
    winners: dict[int, int] = {}  # line → place of the offer that took it
    heap = [(*_rank(rules[place]), -_worth(rules[place], reach[place], left), place) for place in places]
    heapify(heap)
    while heap:
        priority, weight, worth, place = heap[0]
        rule = rules[place]
        free = [line for line in reach[place] if line not in winners]
        if (worth_now := -_worth(rule, free, left)) != worth:
            heapreplace(heap, (priority, weight, worth_now, place))
            continue
        heappop(heap)
        gift = _gift(rule, free, left)
        if gift.amount:
            outcomes[place] = _take(gift, left)
            gifts.append(gift)
            winners.update(dict.fromkeys(free, place))
        else:
            rivals = sorted({winners[line] for line in reach[place] if line in winners})
            outcomes[place] = Outcome(
                rule.id, "lost" if rivals else "nothing_left", lost_to=tuple(rules[rival].id for rival in rivals)
            )
    return gifts


def _all(
    rules: Sequence[OfferRule],
    places: Iterable[int],
    reach: dict[int, list[int]],
    left: list[int],
    outcomes: list[Outcome],
) -> list[Gift]:
    """Let every cumulative offer act, the strongest first, each discount on what the former left."""
    gifts = []
    for place in places:
        gift = _gift(rules[place], [line for line in reach[place] if left[line]], left)
        if gift.amount:
            outcomes[place] = _take(gift, left)
            gifts.append(gift)
        else:
            outcomes[place] = Outcome(gift.rule.id, "nothing_left")
    return gifts


def _rank(rule: OfferRule) -> tuple[int, int]:
    return (-rule.priority, -WEIGHTS[rule.benefit])


def _worth(rule: OfferRule, lines: Iterable[int], left: Sequence[int]) -> int:
    return rule.basis_points * sum([left[line] for line in lines])


def _gift(rule: OfferRule, lines: Sequence[int], left: Sequence[int]) -> Gift:
    """Round once, for all lines together, then allocate; a share is never larger than what is left of its line."""
    weights = [left[line] for line in lines]
    paid = sum(weights)
    if rule.benefit == "discount":
        amount = percent_of(paid, rule.basis_points)
    else:
        units, money = rule.units_per_money
        amount = checked(-(-paid * rule.basis_points * units // (WHOLE * money)))
    return Gift(rule, amount, lines, allocate(amount, weights))


def _take(gift: Gift, left: list[int]) -> Outcome:
    if gift.rule.benefit == "discount":
        for line, share in zip(gift.lines, gift.shares, strict=True):
            left[line] -= share
    return Outcome(gift.rule.id, "given", amount=gift.amount)
