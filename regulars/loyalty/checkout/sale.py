"""Writes a confirmed receipt down: the points that paid, the receipt itself, the points it earns, and what happened."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from regulars.journal import actions as journal
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.loyalty.checkout import pricing, repeats, reservations
from regulars.loyalty.checkout.basket import POINTS, Basket
from regulars.loyalty.checkout.models import ReservationState
from regulars.loyalty.checkout.payment import Payment
from regulars.loyalty.checkout.queries import Facts
from regulars.loyalty.checkout.reservations import Reservation
from regulars.loyalty.offers import engine
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations
from regulars.loyalty.points.events import PointsAccrued, PointsRedeemed
from regulars.loyalty.points.models import OperationKind
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.purchases import actions as purchases
from regulars.loyalty.purchases.events import PurchaseConfirmed
from regulars.loyalty.stores.queries import TillAt


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """Everything that is known about a receipt at the moment at which it is written down."""

    number: str
    till: TillAt
    basket: Basket
    facts: Facts
    priced: engine.Priced
    payment: Payment
    reserved: Reservation | None
    operation_id: int
    purchase_id: int
    public_id: str
    answer: dict[str, Any]
    asked: operations.Key


def write(sale: Sale, by: Actor, at: datetime) -> dict[str, Any]:
    """Write a sale down in two round trips, three if points were held for it. Raises `NotEnoughPoints`, `AmountOutOfRange`."""
    was_held = _redeem_held(sale, at)
    batch = sql.Batch()
    drawn = None if was_held else _add_draw(batch, sale, at)
    purchases.add_purchase(batch, _new_purchase(sale), at=at)
    if sale.reserved is not None:
        paid = sale.payment
        closed = replace(
            sale.reserved, state=ReservationState.CONFIRMED, points=paid.points, worth=paid.worth, changed_at=at
        )
        reservations.add_keep(batch, sale.till.till_id, sale.number, closed)
    credited = _add_points(batch, sale, at)
    rows = batch.send()
    if drawn is not None and not rows[drawn]:
        available = sale.facts.customer.available if sale.facts.customer else 0
        raise points.NotEnoughPoints(
            f"There are only {available} points on the account.", field="tenders", extra={"available": available}
        )
    left = was_held or (rows[drawn] if drawn is not None else [])
    return _close(sale, left, rows[credited] if credited is not None else [], by, at)


def _redeem_held(sale: Sale, at: datetime) -> list[dict[str, Any]]:
    """Spend what was held for this purchase, before it can earn anything; no rows when nothing is held any more."""
    customer, hold_operation_id = sale.facts.customer, sale.payment.hold_operation_id
    if customer is None or hold_operation_id is None:
        return []
    batch = sql.Batch()
    place = points.add_redeem_held(
        batch,
        member_id=customer.member_id,
        hold_operation_id=hold_operation_id,
        operation_id=sale.operation_id,
        at=at,
    )
    return batch.send()[place]


def _add_draw(batch: sql.Batch, sale: Sale, at: datetime) -> int | None:
    """Add the spending of points that nobody holds; what was held too long for this purchase is given back first."""
    reserved, customer = sale.reserved, sale.facts.customer
    if reserved is not None and reserved.hold_operation_id is not None and reserved.member_id is not None:
        points.add_release(
            batch,
            member_id=reserved.member_id,
            hold_operation_id=reserved.hold_operation_id,
            operation_id=sale.operation_id,
            at=at,
        )
    if customer is None or not sale.payment.points:
        return None
    return points.add_draw(
        batch,
        sale.payment.points,
        account="redeemed",
        member_id=customer.member_id,
        currency_id=programme.get_currency().pk,
        operation_id=sale.operation_id,
        at=at,
    )


def _add_points(batch: sql.Batch, sale: Sale, at: datetime) -> int | None:
    customer, earnings = sale.facts.customer, sale.priced.points
    if customer is None or not earnings:
        return None
    starts = min(sale.basket.sold_at, at)  # a till whose clock is ahead sells now
    lots = [
        points.NewLot(
            amount=earning.amount,
            activates_at=(activates := starts + timedelta(days=earning.activation_days)),
            expires_at=activates + timedelta(days=earning.lifetime_days) if earning.lifetime_days else None,
            offer_id=earning.offer_id,
        )
        for earning in earnings
    ]
    return points.add_accrual(
        batch,
        lots,
        member_id=customer.member_id,
        currency_id=programme.get_currency().pk,
        operation_id=sale.operation_id,
        kind=OperationKind.PURCHASE,
        purchase_id=sale.purchase_id,
        at=at,
    )


def _close(
    sale: Sale, left: list[dict[str, Any]], credited: list[dict[str, Any]], by: Actor, at: datetime
) -> dict[str, Any]:
    """Keep the answer with the new balance, and tell what happened; one round trip."""
    customer = sale.facts.customer
    available = customer.available if customer else 0
    after_spending = left[0]["available"] if left else available
    after_all = credited[0]["available"] if credited else after_spending
    answer = sale.answer | {
        "id": sale.public_id,
        "confirmed_at": at.isoformat(),
        "tenders": [{"type": kind, "amount": amount} for kind, amount in _tenders(sale)],
        "points_spent": sale.payment.points,
        "points_available": after_all if customer else None,
    }
    closing = sql.Batch()
    member_id = customer.member_id if customer else None
    operations.add_answer(closing, sale.operation_id, sale.asked, repeats.kept(answer), member_id)
    _add_events(closing, sale, after_spending, after_all, by, at)
    closing.send()
    return answer


def _tenders(sale: Sale) -> list[tuple[str, int]]:
    """What the till told; of a till that tells no tenders, the points that it had reserved."""
    told = [(tender.type, tender.amount) for tender in sale.basket.tenders]
    return told or ([(POINTS, sale.payment.worth)] if sale.payment.worth else [])


def _add_events(batch: sql.Batch, sale: Sale, after_spending: int, after_all: int, by: Actor, at: datetime) -> None:
    customer, earned = sale.facts.customer, pricing.points_of(sale.priced)
    person_id, code = customer.public_id if customer else "", programme.get_currency().code
    confirmed = PurchaseConfirmed(
        purchase_id=sale.public_id,
        member_id=customer.member_id if customer else None,
        store_id=sale.till.store_id,
        total=sale.priced.total,
        discount=sale.priced.discount_total,
        rounding=sale.priced.rounding,
        points_spent=sale.payment.points,
        points=earned,
    )
    journal.add_to(batch, confirmed, person_id=person_id, by=by, at=at)
    if customer and sale.payment.points:
        redeemed = PointsRedeemed(
            member_id=customer.member_id,
            amount=sale.payment.points,
            available=after_spending,
            currency_code=code,
        )
        journal.add_to(batch, redeemed, person_id=person_id, by=by, at=at)
    if customer and earned:
        accrued = PointsAccrued(
            member_id=customer.member_id,
            amount=earned,
            available=after_all,
            currency_code=code,
            purchase_id=sale.public_id,
        )
        journal.add_to(batch, accrued, person_id=person_id, by=by, at=at)


def _new_purchase(sale: Sale) -> purchases.NewPurchase:
    priced, facts = sale.priced, sale.facts
    lines = {line.number: line for line in sale.basket.lines}
    return purchases.NewPurchase(
        id=sale.purchase_id,
        till_id=sale.till.till_id,
        number=sale.number,
        public_id=sale.public_id,
        store_id=sale.till.store_id,
        partner_id=sale.till.partner_id,
        member_id=facts.customer.member_id if facts.customer else None,
        operation_id=sale.operation_id,
        sold_at=sale.basket.sold_at,
        amount=sale.answer["amount"],
        till_discount=priced.till_discount_total,
        discount=priced.discount_total,
        rounding=priced.rounding,
        total=priced.total,
        paid_with_points=priced.paid_with_points,
        points_spent=sale.payment.points,
        points_earned=pricing.points_of(priced) if facts.customer else 0,
        offers_version=priced.version,
        outcomes=sale.answer["outcomes"],
        lines=[
            purchases.NewLine(
                number=line.number,
                sku=lines[line.number].sku,
                name=facts.name_of(lines[line.number]),
                is_listed=lines[line.number].sku in facts.products,
                quantity=lines[line.number].quantity,
                unit_price=lines[line.number].unit_price,
                amount=line.amount,
                till_discount=line.till_discount,
                discount=sum(share for _, share in line.discounts),
                rounding=line.rounding,
                total=line.total,
                paid_with_points=line.paid_with_points,
            )
            for line in priced.lines
        ],
        tenders=_tenders(sale),
        benefits=[
            (line.number, offer, kind, share)
            for line in priced.lines
            for kind, shares in (("discount", line.discounts), ("points", line.points))
            for offer, share in shares
        ],
    )
