"""Price a receipt: discounts first, then rounding, then points on what is paid in money; pure and repeatable."""

from dataclasses import dataclass

from regulars.kit.money import allocate, round_to_step, times_quantity, total_of
from regulars.loyalty.offers.engine.event import Gift, play
from regulars.loyalty.offers.engine.outcome import Outcome
from regulars.loyalty.offers.engine.receipt import WHOLE_RECEIPT, Line, PointsPayTooMuch, Receipt, Terms, in_order
from regulars.loyalty.offers.engine.snapshot import Snapshot, ones


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line: amount less till_discount, discounts and rounding is total, in minor units; pairs are (offer id, share).

    Rounding is below zero where it makes the line dearer. `paid_with_points` is the part of the total that points pay.
    """

    number: int
    amount: int
    till_discount: int
    discounts: tuple[tuple[int, int], ...]
    rounding: int
    total: int
    paid_with_points: int
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Earning:
    """Points that one offer gives for the receipt: one lot, in the currency's smallest units."""

    offer_id: int
    currency: str
    amount: int
    activation_days: int
    lifetime_days: int | None


@dataclass(frozen=True, slots=True)
class Priced:
    """The answer; lines by number, outcomes one for each offer of the snapshot, the strongest offer first."""

    version: int
    lines: tuple[PricedLine, ...]
    total: int
    discount_total: int  # ours
    till_discount_total: int
    rounding: int  # what correction to the step took off; below zero: what it put on
    payable_with_points: int  # nothing when the member may not spend
    paid_with_points: int
    points: tuple[Earning, ...]
    outcomes: tuple[Outcome, ...]


def price(snapshot: Snapshot, receipt: Receipt) -> Priced:
    """Price a receipt: what each line costs, which points it earns, and what became of every offer.

    The answer depends on nothing but the arguments, and not on the order of lines or offers. Within each event
    (discounts, then points) the offers that are not cumulative come first, at most one for a line: the highest
    priority, then the heaviest kind, then whoever gives most over all lines still free, then the smaller id. The
    cumulative ones follow, each discount on what the former left. Each benefit is rounded once, for the whole receipt
    (discounts to the nearest unit, points up), and then allocated to its lines. Between the events the total is corrected to
    the programme's step: an effect of its own, no discount. What is paid with points earns none; it is allocated to the lines by
    what they cost. Raises BadReceipt, among it PointsPayTooMuch, and MoneyOverflow.
    """
    lines = in_order(receipt)
    amounts = [times_quantity(line.unit_price, line.quantity) for line in lines]
    till_discounts = [min(line.till_discount, amount) for line, amount in zip(lines, amounts, strict=True)]
    left = [amount - taken for amount, taken in zip(amounts, till_discounts, strict=True)]
    payable_before = total_of(amounts) - sum(till_discounts)
    outcomes, masks, open_offers = _prefilter(snapshot, receipt, lines)
    discounts = play(snapshot.rules, open_offers & snapshot.discounts, masks, left, outcomes)
    discount_total = payable_before - sum(left)
    rounding = _round(left, receipt.terms)
    payable = _payable_with_points(sum(left), receipt)
    if not 0 <= receipt.paid_with_points <= payable:
        raise PointsPayTooMuch(payable)
    paid_with_points = _shares(receipt.paid_with_points, left)
    in_money = [total - share for total, share in zip(left, paid_with_points, strict=True)]
    points = play(snapshot.rules, open_offers & snapshot.points, masks, in_money, outcomes)
    sums = zip(lines, amounts, till_discounts, rounding, left, paid_with_points, strict=True)
    return Priced(
        version=snapshot.version,
        lines=_priced_lines(list(sums), discounts, points),
        total=sum(left),
        discount_total=discount_total,
        till_discount_total=sum(till_discounts),
        rounding=sum(rounding),
        payable_with_points=payable,
        paid_with_points=receipt.paid_with_points,
        points=tuple(_earning(gift) for gift in points),
        outcomes=tuple(outcomes),
    )


def _prefilter(snapshot: Snapshot, receipt: Receipt, lines: tuple[Line, ...]) -> tuple[list[Outcome], list[int], int]:
    """Return an outcome for every offer (a stand-in for those in play), each line's offers, and who is in play."""
    masks = [snapshot.targets(line) for line in lines]
    reached = 0
    for mask in masks:
        reached |= mask
    barriers, open_offers = snapshot.barriers(receipt, reached)
    # Copy the ready-made outcomes of the commonest barrier at once, and correct those of the others one by one.
    barriers.sort(key=lambda each: each[1].bit_count(), reverse=True)
    outcomes = list(snapshot.barred[barriers[0][0]])
    for barrier, bits in barriers[1:]:
        ready_made = snapshot.barred[barrier]
        for place in ones(bits):
            outcomes[place] = ready_made[place]
    return outcomes, masks, open_offers


def _round(left: list[int], terms: Terms) -> list[int]:
    """Correct what is left to pay to a multiple of the step, and return what that took off each line."""
    total = sum(left)
    if terms.rounding == "none":
        return [0] * len(left)
    correction = total - round_to_step(total, terms.rounding_step, terms.rounding)
    shares = allocate(correction, left)
    left[:] = [before - share for before, share in zip(left, shares, strict=True)]
    return shares


def _shares(amount: int, left: list[int]) -> list[int]:
    return allocate(amount, left, left) if amount else [0] * len(left)


def _payable_with_points(total: int, receipt: Receipt) -> int:
    if receipt.member is None or not receipt.member.can_spend:
        return 0
    return total * receipt.terms.points_share_limit // WHOLE_RECEIPT


def _priced_lines(
    sums: list[tuple[Line, int, int, int, int, int]], discounts: list[Gift], points: list[Gift]
) -> tuple[PricedLine, ...]:
    off, earned = _by_line(discounts, len(sums)), _by_line(points, len(sums))
    return tuple(
        PricedLine(line.number, amount, till_discount, tuple(off[n]), rounding, total, paid, tuple(earned[n]))
        for n, (line, amount, till_discount, rounding, total, paid) in enumerate(sums)
    )


def _by_line(gifts: list[Gift], count: int) -> list[list[tuple[int, int]]]:
    shares: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for gift in gifts:
        for line, share in zip(gift.lines, gift.shares, strict=True):
            if share:
                shares[line].append((gift.rule.id, share))
    return shares


def _earning(gift: Gift) -> Earning:
    rule = gift.rule
    return Earning(rule.id, rule.currency, gift.amount, rule.activation_days, rule.lifetime_days)
