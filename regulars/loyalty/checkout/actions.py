"""The conversation with the till: calculate as often as you like, reserve points, confirm once, or cancel."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import psycopg
from django.db import DatabaseError, transaction

from regulars.journal import actions as journal
from regulars.kit import ids, sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Conflict, Refusal
from regulars.loyalty.cards import queries as cards
from regulars.loyalty.checkout import payment, pricing, queries, repeats, reservations, sale
from regulars.loyalty.checkout.basket import Basket
from regulars.loyalty.checkout.events import PurchaseCancelled, PurchaseReserved
from regulars.loyalty.checkout.models import ReservationState
from regulars.loyalty.checkout.payment import TendersDoNotCover as TendersDoNotCover
from regulars.loyalty.checkout.payment import Wanted
from regulars.loyalty.checkout.pricing import QuoteChanged
from regulars.loyalty.checkout.queries import Facts
from regulars.loyalty.checkout.reservations import Reservation
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.offers import engine
from regulars.loyalty.offers import queries as offers
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations
from regulars.loyalty.points.models import OperationKind
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.purchases import queries as purchases
from regulars.loyalty.registration import actions as registration
from regulars.loyalty.stores.queries import TillAt

TRIES = 3
_PASSING = {"40001", "40P01"}
_LOCKED = "55P03"
_NEXT_PURCHASE = "select nextval(pg_get_serial_sequence('loyalty_purchases_purchase', 'id')) as id"


class PurchaseConfirmedBefore(Conflict):
    """This till already confirmed a purchase under that id, with another idempotency key."""

    code = "purchase_already_confirmed"


class PurchaseCancelledBefore(Conflict):
    """This till cancelled the purchase of that id."""

    code = "purchase_cancelled"


class PurchaseBusy(Conflict):
    """Another request about this purchase is still running."""

    code = "purchase_busy"


class TakenMeanwhile(points.NotEnoughPoints):
    """The points were there a moment ago, and somebody else took them."""


def calculate(purchase: str, basket: Basket, *, till: TillAt, at: datetime) -> dict[str, Any]:
    """Price a receipt and promise the price; writes nothing, one round trip, and answers whatever became of the purchase.

    The answer's `quote` binds the version of the offers, the total and the points; `points_payable` says what points can pay of
    it, `reserved` what waits for it already. Raises `BasketRefused`, `CurrencyWrong`, `CardUnknown`, `CardBlocked`,
    `CustomerUnknown`, `AccountBlocked`.
    """
    pricing.check_basket(basket, currency=programme.get().currency, at=at)
    batch = sql.Batch()
    places = queries.add_facts(batch, basket, for_tests=till.is_for_tests, lock=False, at=at)
    begun = reservations.add_find(batch, till.till_id, purchase)
    answers = batch.send()
    facts = queries.read_facts(answers, places, basket)
    held = payment.paying(reservations.read(answers[begun]), facts.customer, at)
    snapshot = offers.get_snapshot(basket.sold_at)
    priced = _price(basket, facts, snapshot, till)
    if held is not None and held.worth <= priced.payable_with_points:
        priced = _price(basket, facts, snapshot, till, held.worth)
    return _answer(purchase, priced, snapshot, facts) | _payable(priced, facts, held)


def reserve(
    purchase: str, basket: Basket, wanted: Wanted, *, key: str, till: TillAt, by: Actor, at: datetime
) -> dict[str, Any]:
    """Hold points of the customer for a purchase, until it is confirmed or cancelled, for an hour at most.

    `wanted` are points in the smallest unit, or "max": as many as can pay. Units without a whole worth in money are not held. 0
    gives back what was held; so does every further reservation, which takes the place of the former, and a refused one leaves the
    former as it was. Three round trips, four if it takes the place of another. The same key and body again give the same answer.

    Raises what `calculate` raises, and `KeyReused`, `RequestInFlight`, `AccountBusy`, `PurchaseBusy`, `CustomerNeeded`,
    `CardNotActivated`, `NotEnoughPoints`, `PointsPayTooMuch`, `PointsWorthNothing`, `QuoteUnreadable`, `QuoteChanged`,
    `PurchaseConfirmedBefore`, `PurchaseCancelledBefore`.
    """
    pricing.check_basket(basket, currency=programme.get().currency, at=at)
    asked = operations.key(
        f"till:{till.till_public_id}", key, {"reserve": purchase, "basket": basket, "points": wanted}
    )
    return _in_turn(purchase, lambda: _reserve_once(purchase, basket, wanted, asked, till, by, at))


def confirm(purchase: str, basket: Basket, *, key: str, till: TillAt, by: Actor, at: datetime) -> dict[str, Any]:
    """Confirm a receipt: the purchase is written down, points pay and are credited; three round trips, four with held points.

    The same key and body again give the same answer, also in parallel. With a quote the receipt is priced by the quote's
    version and must cost what it promised, else `QuoteChanged`; without one (an offline receipt) by the offers of its
    own time. Points pay what was reserved; without a reservation, or after it ran out, what the tender `points` says is taken
    from the account. Raises what `calculate` raises, and `KeyReused`, `RequestInFlight`, `AccountBusy`, `PurchaseBusy`,
    `SumTooLarge`, `PurchaseConfirmedBefore`, `PurchaseCancelledBefore`, `QuoteUnreadable`, `TendersDoNotCover`,
    `ReservedForAnother`, `PointsNotAsReserved`, `CustomerNeeded`, `CardNotActivated`, `PointsNotWhole`, `PointsPayTooMuch`,
    `NotEnoughPoints`.
    """
    pricing.check_basket(basket, currency=programme.get().currency, at=at)
    asked = operations.key(f"till:{till.till_public_id}", key, {"confirm": purchase, "basket": basket})
    return _in_turn(purchase, lambda: _confirm_once(purchase, basket, asked, till, by, at))


def cancel(purchase: str, *, key: str, till: TillAt, by: Actor, at: datetime) -> dict[str, Any]:
    """Cancel a purchase that is not confirmed: held points go back, and it cannot be confirmed any more.

    A purchase that nobody knows is cancelled too, because its confirm may arrive later. Cancelling again gives the same answer,
    under whatever key. Raises `KeyReused`, `RequestInFlight`, `AccountBusy`, `PurchaseBusy`, `PurchaseConfirmedBefore`.
    """
    asked = operations.key(f"till:{till.till_public_id}", key, {"cancel": purchase})
    return _in_turn(purchase, lambda: _cancel_once(purchase, asked, till, by, at))


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
        via=till.joins_via,
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


def _in_turn(purchase: str, once: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Let a request have its turn; again when the database asks for it, or when somebody was quicker with the points."""
    for tries_left in range(TRIES - 1, -1, -1):
        try:
            return once()
        except TakenMeanwhile:
            if not tries_left:
                raise
        except DatabaseError as error:
            if refusal := _refusal_of(error, purchase):
                raise refusal from error
            if not tries_left or getattr(error.__cause__, "sqlstate", "") not in _PASSING:
                raise
    raise AssertionError("unreachable")


def _refusal_of(error: DatabaseError, purchase: str) -> Refusal | None:
    cause = error.__cause__
    if "a_till_numbers_a_purchase_once" in str(error):
        return _confirmed_before(purchase)
    if isinstance(cause, psycopg.Error) and cause.sqlstate == _LOCKED and not cause.diag.context:
        again = {"retry_after_s": operations.ASK_AGAIN_S}  # a turn is no row, so nothing says which
        return PurchaseBusy("Another request about this purchase is running. Ask again in a second.", extra=again)
    return operations.refusal_of(error)


def _confirmed_before(purchase: str) -> PurchaseConfirmedBefore:
    return PurchaseConfirmedBefore(
        f"This till already confirmed purchase {purchase}. Use a new id for a new purchase.", field="path:purchase"
    )


def _check_open(purchase: str, begun: Reservation | None, *, is_confirmed: bool = False) -> None:
    if is_confirmed or (begun is not None and begun.state == ReservationState.CONFIRMED):
        raise _confirmed_before(purchase)
    if begun is not None and begun.state == ReservationState.CANCELLED:
        raise PurchaseCancelledBefore(
            f"This till cancelled purchase {purchase}. Use a new id for a new purchase.", field="path:purchase"
        )


@transaction.atomic
def _reserve_once(
    purchase: str, basket: Basket, wanted: Wanted, asked: operations.Key, till: TillAt, by: Actor, at: datetime
) -> dict[str, Any]:
    batch = sql.Batch()
    opened = operations.add_open(batch, asked, kind=OperationKind.HOLD, member_id=None, by=by, at=at)
    reservations.add_turn(batch, till.till_id, purchase)
    begun = reservations.add_find(batch, till.till_id, purchase)
    confirmed = purchases.add_is_confirmed(batch, till.till_id, purchase)
    places = queries.add_facts(batch, basket, for_tests=till.is_for_tests, lock=True, at=at)
    answers = batch.send()
    if not answers[opened]:
        return repeats.named(operations.known_answer(asked), queries.names_now(answers, places))
    former = reservations.read(answers[begun])
    _check_open(purchase, former, is_confirmed=bool(answers[confirmed]))
    facts = queries.read_facts(answers, places, basket)
    if wanted:
        payment.may_pay(facts.customer, field="customer")
    operation_id = answers[opened][0]["id"]
    given_back = _release(former, operation_id, at)
    if given_back and facts.customer and former and former.member_id == facts.customer.member_id:
        facts = replace(facts, customer=replace(facts.customer, available=given_back[0]["available"]))
    snapshot = _snapshot_for(purchase, basket)
    priced = _price(basket, facts, snapshot, till)
    _hold_to_quote(purchase, basket, facts, snapshot, till, priced)
    kept, facts = _hold(purchase, wanted, priced, facts, operation_id, till, at)
    priced = _price(basket, facts, snapshot, till, kept.worth)
    answer = _answer(purchase, priced, snapshot, facts) | _payable(priced, facts, kept if kept.points else None)
    answer["points_available"] = facts.customer.available if facts.customer else None
    closing = sql.Batch()
    operations.add_answer(closing, operation_id, asked, repeats.nameless(answer), kept.member_id)
    person_id = facts.customer.public_id if facts.customer else ""
    happened = PurchaseReserved(till.till_id, purchase, kept.member_id, kept.points, kept.worth)
    journal.add_to(closing, happened, person_id=person_id, by=by, at=at)
    closing.send()
    return answer


def _release(former: Reservation | None, operation_id: int, at: datetime) -> list[dict[str, Any]]:
    """Give back what is held for a purchase; no rows when nothing is, or no longer."""
    if former is None or former.hold_operation_id is None or former.member_id is None:
        return []
    batch = sql.Batch()
    place = points.add_release(
        batch,
        member_id=former.member_id,
        hold_operation_id=former.hold_operation_id,
        operation_id=operation_id,
        at=at,
    )
    return batch.send()[place]


def _hold(
    purchase: str, wanted: Wanted, priced: engine.Priced, facts: Facts, operation_id: int, till: TillAt, at: datetime
) -> tuple[Reservation, Facts]:
    """Hold the points that were chosen and keep the reservation; answers it, and the customer with what is left."""
    customer, batch = facts.customer, sql.Batch()
    member_id = customer.member_id if customer else None
    if not wanted or customer is None:
        nothing = Reservation(ReservationState.RESERVED, member_id, None, 0, 0, None, at)
        reservations.add_keep(batch, till.till_id, purchase, nothing)
        batch.send()
        return nothing, facts
    units, money = payment.chosen(
        wanted, programme.get_worth(), available=customer.available, payable=priced.payable_with_points
    )
    expires_at = at + points.HOLD_LASTS
    held = points.add_hold(
        batch,
        units,
        member_id=customer.member_id,
        currency_id=programme.get_currency().pk,
        operation_id=operation_id,
        at=at,
        expires_at=expires_at,
    )
    kept = Reservation(ReservationState.RESERVED, member_id, operation_id, units, money, expires_at, at)
    reservations.add_keep(batch, till.till_id, purchase, kept)
    rows = batch.send()[held]
    if not rows:
        raise TakenMeanwhile("Somebody else has just taken points of this account.", field="points")
    return kept, replace(facts, customer=replace(customer, available=rows[0]["available"]))


@transaction.atomic
def _confirm_once(
    purchase: str, basket: Basket, asked: operations.Key, till: TillAt, by: Actor, at: datetime
) -> dict[str, Any]:
    batch = sql.Batch()
    opened = operations.add_open(batch, asked, kind=OperationKind.PURCHASE, member_id=None, by=by, at=at)
    numbered = batch.add(_NEXT_PURCHASE, [])
    reservations.add_turn(batch, till.till_id, purchase)
    begun = reservations.add_find(batch, till.till_id, purchase)
    places = queries.add_facts(batch, basket, for_tests=till.is_for_tests, lock=True, at=at)
    answers = batch.send()
    if not answers[opened]:
        names = queries.names_now(answers, places)
        return repeats.first_answer(asked, till_id=till.till_id, purchase=purchase, names=names)
    reserved = reservations.read(answers[begun])
    _check_open(purchase, reserved)
    facts = queries.read_facts(answers, places, basket)
    snapshot = _snapshot_for(purchase, basket)
    paid = payment.agreed(basket, reserved, facts.customer, programme.get_worth(), at)
    priced = _price(basket, facts, snapshot, till, paid.worth)
    _hold_to_quote(purchase, basket, facts, snapshot, till, priced)
    payment.check_tenders(basket, priced.total)
    sold = sale.Sale(
        number=purchase,
        till=till,
        basket=basket,
        facts=facts,
        priced=priced,
        payment=paid,
        reserved=reserved,
        operation_id=answers[opened][0]["id"],
        purchase_id=answers[numbered][0]["id"],
        public_id=ids.new("pur"),
        answer=_answer(purchase, priced, snapshot, facts),
        asked=asked,
    )
    return sale.write(sold, by, at)


@transaction.atomic
def _cancel_once(purchase: str, asked: operations.Key, till: TillAt, by: Actor, at: datetime) -> dict[str, Any]:
    batch = sql.Batch()
    opened = operations.add_open(batch, asked, kind=OperationKind.RELEASE, member_id=None, by=by, at=at)
    reservations.add_turn(batch, till.till_id, purchase)
    begun = reservations.add_find(batch, till.till_id, purchase)
    confirmed = purchases.add_is_confirmed(batch, till.till_id, purchase)
    answers = batch.send()
    if not answers[opened]:
        known: dict[str, Any] = operations.known_answer(asked)
        return known
    former = reservations.read(answers[begun])
    operation_id, closing = answers[opened][0]["id"], sql.Batch()
    if former is None or former.state != ReservationState.CANCELLED:
        _check_open(purchase, former, is_confirmed=bool(answers[confirmed]))
        given_back = _release(former, operation_id, at)
        amount = given_back[0]["amount"] if given_back else 0
        member_id = former.member_id if former else None
        former = Reservation(ReservationState.CANCELLED, member_id, None, amount, 0, None, at)
        reservations.add_keep(closing, till.till_id, purchase, former)
        happened = PurchaseCancelled(till.till_id, purchase, member_id, amount)
        journal.add_to(closing, happened, by=by, at=at)
    answer = {
        "purchase": purchase,
        "cancelled_at": former.changed_at.isoformat(),
        "points_released": former.points,
    }
    operations.add_answer(closing, operation_id, asked, answer, former.member_id)
    closing.send()
    return answer


def _price(
    basket: Basket, facts: Facts, snapshot: engine.Snapshot, till: TillAt, paid_with_points: int = 0
) -> engine.Priced:
    return pricing.price(
        basket,
        facts,
        snapshot,
        store=till.store_code,
        partner_id=till.partner_id,
        terms=_terms(),
        worth=programme.get_worth(),
        paid_with_points=paid_with_points,
    )


def _terms() -> engine.Terms:
    setting = programme.get()
    rounding = cast("engine.RoundingMode", setting.rounding_mode)
    return engine.Terms(rounding, setting.rounding_step, setting.points_share_limit)


def _answer(purchase: str, priced: engine.Priced, snapshot: engine.Snapshot, facts: Facts) -> dict[str, Any]:
    decimals = programme.get_currency().decimals
    exponent = programme.get().currency_exponent
    return pricing.answer(purchase, priced, snapshot, facts, exponent=exponent, decimals=decimals)


def _payable(priced: engine.Priced, facts: Facts, held: Reservation | None) -> dict[str, Any]:
    """What points can pay of this receipt, those among them that wait for it already, and how many those are."""
    at_hand = (facts.customer.available if facts.customer else 0) + (held.points if held else 0)
    units, money = programme.get_worth().most(at_hand, priced.payable_with_points)
    return {"points_payable": {"points": units, "worth": money}, "reserved": held.shown() if held else None}


def _snapshot_for(purchase: str, basket: Basket) -> engine.Snapshot:
    if not basket.quote:
        return offers.get_snapshot(basket.sold_at)
    try:
        return offers.get_version(pricing.read_quote(basket.quote, purchase).version)
    except offers.UnknownVersion as error:
        raise pricing.QuoteUnreadable("This quote is of other offers. Calculate again.", field="quote") from error


def _hold_to_quote(
    purchase: str, basket: Basket, facts: Facts, snapshot: engine.Snapshot, till: TillAt, priced: engine.Priced
) -> None:
    """Raise `QuoteChanged` unless the receipt costs what was promised, and would earn it if it were paid as it was then."""
    if not basket.quote:
        return
    quote = pricing.read_quote(basket.quote, purchase)
    as_then = priced
    if quote.paid_with_points != priced.paid_with_points and quote.paid_with_points <= priced.payable_with_points:
        as_then = _price(basket, facts, snapshot, till, quote.paid_with_points)
    if (quote.total, quote.points) != (priced.total, pricing.points_of(as_then)):
        raise QuoteChanged(
            "The receipt is not the one that was calculated. Show the customer the new total.",
            field="quote",
            extra={"calculated": _answer(purchase, priced, snapshot, facts)},
        )
