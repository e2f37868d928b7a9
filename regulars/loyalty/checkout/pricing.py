"""From a basket and the facts to a priced receipt, its quote and the answer that the till gets; pure but for signing."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core import signing

from regulars.kit.refusal import Conflict, Refusal
from regulars.loyalty.checkout import payment
from regulars.loyalty.checkout.basket import MAX_LINES, Basket
from regulars.loyalty.checkout.queries import Facts
from regulars.loyalty.offers import engine
from regulars.loyalty.points.actions import MAX_POINTS
from regulars.loyalty.programme.worth import Worth

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_SALT = "regulars.checkout.quote"
_NOT_ACTIVE_HERE = {"not_yet", "over", "other_partner"}


class BasketRefused(Refusal):
    """The receipt cannot be priced as it stands."""

    code = "basket_refused"


class CurrencyWrong(Refusal):
    """The till sells in another money than the programme."""

    code = "currency_wrong"


class QuoteUnreadable(Refusal):
    """The quote was not made here, or not for this purchase."""

    code = "quote_unreadable"


class QuoteChanged(Conflict):
    """The receipt costs another sum than the quote said; the answer holds the new one."""

    code = "quote_changed"


@dataclass(frozen=True, slots=True)
class Quote:
    """What was promised: the version of the offers, what is to pay, and the points to come if so much is paid with points."""

    purchase: str
    version: int
    total: int
    points: int
    paid_with_points: int = 0

    def signed(self) -> str:
        """The quote as the till carries it."""
        told = [self.purchase, self.version, self.total, self.points, self.paid_with_points]
        return signing.dumps(told, salt=_SALT)


def read_quote(text: str, purchase: str) -> Quote:
    """Read a quote that a till brings back; raises `QuoteUnreadable`."""
    try:
        quote = Quote(*signing.loads(text, salt=_SALT))
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise QuoteUnreadable("This quote was not made here. Calculate again.", field="quote") from error
    if quote.purchase != purchase:
        raise QuoteUnreadable("This quote belongs to another purchase. Calculate again.", field="quote")
    return quote


def check_basket(basket: Basket, *, currency: str, at: datetime, tolerance_s: int = 300) -> None:
    """Refuse a basket that no rule could price, by the name of the field."""
    if basket.currency != currency:
        raise CurrencyWrong(f"The programme's money is {currency}, not {basket.currency}.", field="currency")
    if not 0 < len(basket.lines) <= MAX_LINES:
        raise BasketRefused(f"A receipt has between 1 and {MAX_LINES} lines.", field="lines")
    if (basket.sold_at - at).total_seconds() > tolerance_s:
        raise BasketRefused("The time of sale lies in the future. Set the till's clock.", field="sold_at")
    if basket.sold_at < EARLIEST:
        raise BasketRefused(
            f"The time of sale lies before the year {EARLIEST.year}. Set the till's clock.", field="sold_at"
        )


def price(
    basket: Basket,
    facts: Facts,
    snapshot: engine.Snapshot,
    *,
    store: str,
    partner_id: int,
    terms: engine.Terms,
    worth: Worth,
    paid_with_points: int = 0,
) -> engine.Priced:
    """Price a basket with one version of the offers; raises `BasketRefused` naming the line, and `PointsPayTooMuch`."""
    customer = facts.customer
    receipt = engine.Receipt(
        lines=tuple(
            engine.Line(
                number=line.number,
                sku=line.sku,
                name=facts.name_of(line),
                quantity=line.quantity,
                unit_price=line.unit_price,
                groups=tuple(known.groups) if known else (),
                till_discount=line.till_discount,
                is_listed=known is not None,
            )
            for line in basket.lines
            for known in [facts.products.get(line.sku)]
        ),
        store=store,
        partner_id=partner_id,
        at=basket.sold_at,
        member=engine.MemberFacts(can_earn=True, can_spend=customer.is_active_card) if customer else None,
        terms=terms,
        paid_with_points=paid_with_points,
    )
    try:
        priced = engine.price(snapshot, receipt)
    except engine.PointsPayTooMuch as error:
        available = customer.available if customer else 0
        raise payment.too_much(error.payable, available, worth, field="tenders") from error
    except engine.BadReceipt as error:
        raise BasketRefused(str(error), field=error.field) from error
    except engine.MoneyOverflow as error:
        raise BasketRefused("The sum of this receipt is too large.", field="lines") from error
    if points_of(priced) > MAX_POINTS:
        raise BasketRefused("This receipt would give more points than an account can take.", field="lines")
    return priced


def points_of(priced: engine.Priced) -> int:
    """All points of the receipt, in the smallest unit."""
    return sum(earning.amount for earning in priced.points)


def answer(
    purchase: str, priced: engine.Priced, snapshot: engine.Snapshot, facts: Facts, *, exponent: int, decimals: int
) -> dict[str, Any]:
    """What the till is told about a priced receipt: sums, lines, points, and why each offer gave something or not."""
    customer = facts.customer
    rules = {rule.id: rule for rule in snapshot.rules}
    quote = Quote(purchase, priced.version, priced.total, points_of(priced), priced.paid_with_points)
    return {
        "purchase": purchase,
        "offers_version": priced.version,
        "quote": quote.signed(),
        "amount": sum(line.amount for line in priced.lines),
        "till_discount": priced.till_discount_total,
        "discount": priced.discount_total,
        "rounding": priced.rounding,
        "total": priced.total,
        "paid_with_points": priced.paid_with_points,
        "points": quote.points,
        "customer": customer
        and {"id": customer.public_id, "first_name": customer.first_name, "points": customer.available},
        "lines": [
            {
                "number": line.number,
                "amount": line.amount,
                "till_discount": line.till_discount,
                "discounts": [{"offer": rules[offer].public_id, "amount": share} for offer, share in line.discounts],
                "rounding": line.rounding,
                "total": line.total,
                "paid_with_points": line.paid_with_points,
                "points": sum(share for _, share in line.points),
            }
            for line in priced.lines
        ],
        "outcomes": [
            _outcome(outcome, rules, exponent, decimals)
            for outcome in priced.outcomes
            if outcome.code not in _NOT_ACTIVE_HERE
        ],
    }


def _outcome(
    outcome: engine.Outcome, rules: dict[int, engine.OfferRule], exponent: int, decimals: int
) -> dict[str, Any]:
    rule = rules[outcome.offer_id]
    said = engine.sentence(
        outcome,
        rules,
        money=lambda amount: _written(amount, exponent),
        points=lambda amount, _: f"{_written(amount, decimals)} points",
    )
    return {
        "offer": rule.public_id,
        "name": rule.name,
        "benefit": rule.benefit,
        "code": outcome.code,
        "amount": outcome.amount,
        "missing": outcome.missing,
        "sentence": said,
    }


def _written(amount: int, exponent: int) -> str:
    whole, part = divmod(amount, 10**exponent)
    return f"{whole}.{part:0{exponent}}" if exponent else str(whole)
