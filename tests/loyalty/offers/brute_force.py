"""The rules of offers told slowly, offer by offer and line by line, without bitmaps, heap or compilation."""

from fractions import Fraction
from math import ceil, floor

from regulars.kit.money import allocate
from regulars.loyalty.offers.engine.outcome import Barrier, Outcome
from regulars.loyalty.offers.engine.price import Earning, Priced, PricedLine
from regulars.loyalty.offers.engine.receipt import Line, Receipt, Terms
from regulars.loyalty.offers.engine.rule import OfferRule


def price_slowly(rules: list[OfferRule], receipt: Receipt, version: int = 1) -> Priced:
    lines = sorted(receipt.lines, key=lambda line: line.number)
    amounts = [half_up(Fraction(line.unit_price * line.quantity, 1000)) for line in lines]
    till = [min(line.till_discount, amount) for line, amount in zip(lines, amounts, strict=True)]
    left = [amount - off for amount, off in zip(amounts, till, strict=True)]
    ranked = sorted(rules, key=lambda rule: (-rule.priority, rule.id))
    outcomes = {rule.id: Outcome(rule.id, code) for rule in rules if (code := barrier(rule, receipt))}
    standing = [rule for rule in ranked if rule.id not in outcomes]
    off = event([rule for rule in standing if rule.benefit == "discount"], lines, left, outcomes)
    rounding = correction(left, receipt.terms)
    left = [before - share for before, share in zip(left, rounding, strict=True)]
    paid = allocate(receipt.paid_with_points, left, left)
    in_money = [before - share for before, share in zip(left, paid, strict=True)]
    earned = event([rule for rule in standing if rule.benefit == "points"], lines, in_money, outcomes)
    can_spend = receipt.member is not None and receipt.member.can_spend
    return Priced(
        version=version,
        lines=tuple(
            PricedLine(
                line.number,
                amounts[n],
                till[n],
                tuple((rule.id, shares[n]) for rule, shares in off if shares[n]),
                rounding[n],
                left[n],
                paid[n],
                tuple((rule.id, shares[n]) for rule, shares in earned if shares[n]),
            )
            for n, line in enumerate(lines)
        ),
        total=sum(left),
        discount_total=sum(sum(shares) for _, shares in off),
        till_discount_total=sum(till),
        rounding=sum(rounding),
        payable_with_points=floor(Fraction(sum(left) * receipt.terms.points_share_limit, 10_000)) if can_spend else 0,
        paid_with_points=receipt.paid_with_points,
        points=tuple(
            Earning(rule.id, rule.currency, sum(shares), rule.activation_days, rule.lifetime_days)
            for rule, shares in earned
        ),
        outcomes=tuple(outcomes[rule.id] for rule in ranked),
    )


def half_up(amount: Fraction) -> int:
    return floor(amount + Fraction(1, 2))


def correction(left: list[int], terms: Terms) -> list[int]:
    steps = Fraction(sum(left), terms.rounding_step)
    to = {"none": steps, "down": floor(steps), "nearest": half_up(steps)}[terms.rounding]
    return allocate(int(sum(left) - to * terms.rounding_step), left)


def barrier(rule: OfferRule, receipt: Receipt) -> Barrier | None:
    if rule.starts_at and receipt.at < rule.starts_at:
        return "not_yet"
    if rule.ends_at and receipt.at >= rule.ends_at:
        return "over"
    if rule.partner_id is not None and rule.partner_id != receipt.partner_id:
        return "other_partner"
    if rule.stores and receipt.store not in rule.stores:
        return "other_store"
    if (rule.members_only or rule.benefit == "points") and receipt.member is None:
        return "needs_member"
    if rule.benefit == "points" and receipt.member and not receipt.member.can_earn:
        return "cannot_earn"
    return None if any(is_about(rule, line) for line in receipt.lines) else "no_goods"


def is_about(rule: OfferRule, line: Line) -> bool:
    if rule.scope == "receipt":
        return True
    return line.is_listed and (line.sku in rule.skus or any(group in rule.groups for group in line.groups))


def event(
    rules: list[OfferRule], lines: list[Line], left: list[int], outcomes: dict[int, Outcome]
) -> list[tuple[OfferRule, list[int]]]:
    total = sum(left)
    given: list[tuple[OfferRule, list[int]]] = []
    taken: dict[int, OfferRule] = {}
    for rule in list(rules):
        if rule.minimum_total > total:
            outcomes[rule.id] = Outcome(rule.id, "below_minimum", missing=rule.minimum_total - total)
            rules.remove(rule)

    mine = {rule.id: [n for n, line in enumerate(lines) if left[n] and is_about(rule, line)] for rule in rules}

    def free(rule: OfferRule) -> list[int]:
        return [n for n in mine[rule.id] if n not in taken]

    def give(rule: OfferRule, on: list[int]) -> None:
        shares = shares_of(rule, on, left)
        if sum(shares):
            outcomes[rule.id] = Outcome(rule.id, "given", amount=sum(shares))
            given.append((rule, shares))
            if not rule.is_cumulative:
                taken.update(dict.fromkeys(on, rule))
            if rule.benefit == "discount":
                left[:] = [before - share for before, share in zip(left, shares, strict=True)]
        else:
            winners = {taken[n] for n in mine[rule.id] if n in taken and not rule.is_cumulative}
            ids = tuple(each.id for each in sorted(winners, key=lambda each: (-each.priority, each.id)))
            outcomes[rule.id] = Outcome(rule.id, "lost" if ids else "nothing_left", lost_to=ids)

    waiting = [rule for rule in rules if not rule.is_cumulative]
    while waiting:
        best = max(waiting, key=lambda r: (r.priority, r.basis_points * sum(left[n] for n in free(r)), -r.id))
        waiting.remove(best)
        give(best, free(best))
    for rule in rules:
        if rule.is_cumulative:
            give(rule, mine[rule.id])
    return given


def shares_of(rule: OfferRule, on: list[int], left: list[int]) -> list[int]:
    share = Fraction(rule.basis_points * sum(left[n] for n in on), 10_000)
    amount = half_up(share) if rule.benefit == "discount" else ceil(share * Fraction(*rule.units_per_money))
    return allocate(amount, [left[n] if n in on else 0 for n in range(len(left))])
