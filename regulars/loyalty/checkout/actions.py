"""The conversation with the till: calculate as often as you like, confirm once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction

from regulars.journal import actions as journal
from regulars.kit import ids, sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, Refusal
from regulars.loyalty.cards import queries as cards
from regulars.loyalty.checkout import pricing, queries, repeats
from regulars.loyalty.checkout.basket import Basket
from regulars.loyalty.checkout.pricing import QuoteChanged
from regulars.loyalty.checkout.queries import Facts
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.offers import engine
from regulars.loyalty.offers import queries as offers
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations
from regulars.loyalty.points.events import PointsAccrued
from regulars.loyalty.points.models import OperationKind
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.purchases import actions as purchases
from regulars.loyalty.purchases.events import PurchaseConfirmed
from regulars.loyalty.registration import actions as registration
from regulars.loyalty.stores.queries import TillAt

TRIES = 3
_PASSING = {"40001", "40P01"}
_NEXT_PURCHASE = "select nextval(pg_get_serial_sequence('loyalty_purchases_purchase', 'id')) as id"


class PurchaseConfirmedBefore(Conflict):
    """This till already confirmed a purchase under that id, with another idempotency key."""

    code = "purchase_already_confirmed"


class TendersDoNotCover(Refusal):
    """What was paid is not what is to pay."""

    code = "tenders_do_not_cover"


def calculate(purchase: str, basket: Basket, *, till: TillAt, at: datetime) -> dict[str, Any]:
    """Price a receipt and promise the price; writes nothing, one round trip.

    The answer's `quote` binds the version of the offers, the total and the points. Raises `BasketRefused`,
    `CurrencyWrong`, `CardUnknown`, `CardBlocked`, `CustomerUnknown`, `AccountBlocked`.
    """
    pricing.check_basket(basket, currency=programme.get().currency, at=at)
    batch = sql.Batch()
    places = queries.add_facts(batch, basket, lock=False)
    facts = queries.read_facts(batch.send(), places, basket)
    snapshot = offers.get_snapshot(basket.sold_at)
    priced = pricing.price(basket, facts, snapshot, store=till.store_code, partner_id=till.partner_id)
    return _answer(purchase, priced, snapshot, facts)


def confirm(purchase: str, basket: Basket, *, key: str, till: TillAt, by: Actor, at: datetime) -> dict[str, Any]:
    """Confirm a receipt: the purchase is written down, points are credited; three round trips.

    The same key and body again give the same answer, also in parallel. With a quote the receipt is priced by the quote's
    version and must cost what it promised, else `QuoteChanged`; without one (an offline receipt) by the offers of its
    own time. Raises what `calculate` raises, and `KeyReused`, `RequestInFlight`, `AccountBusy`, `SumTooLarge`,
    `PurchaseConfirmedBefore`, `QuoteUnreadable`, `TendersDoNotCover`.
    """
    pricing.check_basket(basket, currency=programme.get().currency, at=at)
    asked = operations.key(f"till:{till.till_public_id}", key, {"confirm": purchase, "basket": basket})
    for tries_left in range(TRIES - 1, -1, -1):
        try:
            return _confirm_once(purchase, basket, asked, till, by, at)
        except DatabaseError as error:
            if refusal := operations.refusal_of(error) or _confirmed_before(purchase, error):
                raise refusal from error
            if not tries_left or getattr(error.__cause__, "sqlstate", "") not in _PASSING:
                raise
    raise AssertionError("unreachable")


@operations.refusing
@transaction.atomic
def join(
    profile: Profile, *, key: str, consent: bool | None = None, till: TillAt, by: Actor, at: datetime
) -> dict[str, Any]:
    """Let somebody join at the till: member, consent and a virtual card; the same key again gives the same answer.

    Raises what `registration.register` raises, and `KeyReused`, `RequestInFlight`.
    """
    asked = operations.key(f"till:{till.till_public_id}", key, {"join": profile, "consent": consent})
    batch = sql.Batch()
    opened = operations.add_open(batch, asked, kind=OperationKind.REGISTRATION, member_id=None, by=by, at=at)
    rows = batch.send()[opened]
    if not rows:
        known: dict[str, Any] = operations.known_answer(asked)
        return known
    joined = registration.register(
        profile,
        via="till",
        store_id=till.store_id,
        series=cards.find_virtual_series(),
        consent=consent,
        by=by,
        at=at,
    )
    answer = {"id": joined.member.public_id, "card": joined.card.number if joined.card else None}
    operations.add_answer(batch, rows[0]["id"], asked, answer, joined.member.pk)
    batch.send()
    return answer


def _confirmed_before(purchase: str, error: DatabaseError) -> PurchaseConfirmedBefore | None:
    if "a_till_numbers_a_purchase_once" not in str(error):
        return None
    return PurchaseConfirmedBefore(
        f"This till already confirmed purchase {purchase}. Use a new id for a new purchase.", field="path:purchase"
    )


@transaction.atomic
def _confirm_once(
    purchase: str, basket: Basket, asked: operations.Key, till: TillAt, by: Actor, at: datetime
) -> dict[str, Any]:
    batch = sql.Batch()
    opened = operations.add_open(batch, asked, kind=OperationKind.PURCHASE, member_id=None, by=by, at=at)
    numbered = batch.add(_NEXT_PURCHASE, [])
    places = queries.add_facts(batch, basket, lock=True)
    answers = batch.send()
    if not answers[opened]:
        names = queries.names_now(answers, places)
        return repeats.first_answer(asked, till_id=till.till_id, purchase=purchase, names=names)
    facts = queries.read_facts(answers, places, basket)
    snapshot = _snapshot_for(purchase, basket)
    priced = pricing.price(basket, facts, snapshot, store=till.store_code, partner_id=till.partner_id)
    answer = _answer(purchase, priced, snapshot, facts)
    _hold_to_quote(purchase, basket, priced, answer)
    _check_tenders(basket, priced.total)
    sale = _Sale(
        till, basket, facts, priced, answers[opened][0]["id"], answers[numbered][0]["id"], ids.new("pur"), answer, asked
    )
    return _write(purchase, sale, by, at)


def _answer(purchase: str, priced: engine.Priced, snapshot: engine.Snapshot, facts: Facts) -> dict[str, Any]:
    decimals = programme.get_currency().decimals
    exponent = programme.get().currency_exponent
    return pricing.answer(purchase, priced, snapshot, facts, exponent=exponent, decimals=decimals)


def _snapshot_for(purchase: str, basket: Basket) -> engine.Snapshot:
    if not basket.quote:
        return offers.get_snapshot(basket.sold_at)
    try:
        return offers.get_version(pricing.read_quote(basket.quote, purchase).version)
    except offers.UnknownVersion as error:
        raise pricing.QuoteUnreadable("This quote is of other offers. Calculate again.", field="quote") from error


def _hold_to_quote(purchase: str, basket: Basket, priced: engine.Priced, answer: dict[str, Any]) -> None:
    if not basket.quote:
        return
    quote = pricing.read_quote(basket.quote, purchase)
    if (quote.total, quote.points) != (priced.total, pricing.points_of(priced)):
        raise QuoteChanged(
            "The receipt is not the one that was calculated. Show the customer the new total.",
            field="quote",
            extra={"calculated": answer},
        )


def _check_tenders(basket: Basket, total: int) -> None:
    paid = sum(tender.amount for tender in basket.tenders)
    if basket.tenders and paid != total:
        raise TendersDoNotCover(f"The tenders make {paid}, but {total} is to pay.", field="tenders")


@dataclass(frozen=True, slots=True)
class _Sale:
    till: TillAt
    basket: Basket
    facts: Facts
    priced: engine.Priced
    operation_id: int
    purchase_id: int
    public_id: str
    answer: dict[str, Any]
    asked: operations.Key


def _write(purchase: str, sale: _Sale, by: Actor, at: datetime) -> dict[str, Any]:
    """Write receipt, points and journal in one round trip, and the answer with the new balance in another."""
    batch = sql.Batch()
    purchases.add_purchase(batch, _new_purchase(purchase, sale), at=at)
    credited = _add_points(batch, sale, at)
    customer = sale.facts.customer
    rows = batch.send()
    earned = pricing.points_of(sale.priced)
    available = rows[credited][0]["available"] if credited is not None else customer.available if customer else 0
    answer = sale.answer | {
        "id": sale.public_id,
        "confirmed_at": at.isoformat(),
        "points_available": available if customer else None,
    }
    closing = sql.Batch()
    member_id = customer.member_id if customer else None
    operations.add_answer(closing, sale.operation_id, sale.asked, repeats.kept(answer), member_id)
    _add_events(closing, sale, earned, available, by, at)
    closing.send()
    return answer


def _add_points(batch: sql.Batch, sale: _Sale, at: datetime) -> int | None:
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


def _add_events(batch: sql.Batch, sale: _Sale, earned: int, available: int, by: Actor, at: datetime) -> None:
    customer = sale.facts.customer
    confirmed = PurchaseConfirmed(
        purchase_id=sale.public_id,
        member_id=customer.member_id if customer else None,
        store_id=sale.till.store_id,
        total=sale.priced.total,
        discount=sale.priced.discount_total,
        points=earned,
    )
    person_id = customer.public_id if customer else ""
    journal.add_to(batch, confirmed, person_id=person_id, by=by, at=at)
    if customer and earned:
        accrued = PointsAccrued(
            member_id=customer.member_id,
            amount=earned,
            available=available,
            currency_code=programme.get_currency().code,
            purchase_id=sale.public_id,
        )
        journal.add_to(batch, accrued, person_id=person_id, by=by, at=at)


def _new_purchase(purchase: str, sale: _Sale) -> purchases.NewPurchase:
    priced, facts = sale.priced, sale.facts
    lines = {line.number: line for line in sale.basket.lines}
    return purchases.NewPurchase(
        id=sale.purchase_id,
        till_id=sale.till.till_id,
        number=purchase,
        public_id=sale.public_id,
        store_id=sale.till.store_id,
        partner_id=sale.till.partner_id,
        member_id=facts.customer.member_id if facts.customer else None,
        operation_id=sale.operation_id,
        sold_at=sale.basket.sold_at,
        amount=sale.answer["amount"],
        till_discount=priced.till_discount_total,
        discount=priced.discount_total,
        total=priced.total,
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
                total=line.total,
            )
            for line in priced.lines
        ],
        benefits=[
            (line.number, offer, kind, share)
            for line in priced.lines
            for kind, shares in (("discount", line.discounts), ("points", line.points))
            for offer, share in shares
        ],
    )
