"""How a receipt is paid: what points may pay, what they are worth, and whether the tenders fit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from regulars.kit.refusal import Refusal
from regulars.loyalty.checkout.basket import POINTS, Basket
from regulars.loyalty.checkout.queries import Customer
from regulars.loyalty.checkout.reservations import Reservation
from regulars.loyalty.points.actions import NotEnoughPoints
from regulars.loyalty.programme.worth import Worth

MAX: Literal["max"] = "max"
type Wanted = int | Literal["max"]


class CustomerNeeded(Refusal):
    """Points are somebody's: without a customer nothing can be paid with them."""

    code = "customer_needed"


class CardNotActivated(Refusal):
    """A card that is not activated earns points and does not spend them."""

    code = "card_not_activated"


class PointsPayTooMuch(Refusal):
    """Points may pay only a part of a receipt, and this is more."""

    code = "points_pay_too_much"


class PointsWorthNothing(Refusal):
    """So few points are not worth the smallest coin."""

    code = "points_worth_nothing"


class PointsNotWhole(Refusal):
    """No whole number of points is worth exactly this sum."""

    code = "points_not_whole"


class PointsNotAsReserved(Refusal):
    """Another sum is paid with points than the one that was reserved for this purchase."""

    code = "points_not_as_reserved"


class ReservedForAnother(Refusal):
    """The points that are reserved for this purchase belong to another customer."""

    code = "reserved_for_another"


class TendersDoNotCover(Refusal):
    """What was paid is not what is to pay."""

    code = "tenders_do_not_cover"


@dataclass(frozen=True, slots=True)
class Payment:
    """The points that pay, what they are worth, and the operation that holds them, if they were reserved in time."""

    points: int = 0
    worth: int = 0
    hold_operation_id: int | None = None


def paying(reserved: Reservation | None, customer: Customer | None, at: datetime) -> Reservation | None:
    """The reservation if its points wait at this time and are this customer's."""
    is_theirs = reserved is not None and customer is not None and reserved.member_id == customer.member_id
    return reserved if is_theirs and reserved is not None and reserved.lasts(at) else None


def may_pay(customer: Customer | None, *, field: str) -> Customer:
    """The customer, who may pay with points. Raises `CustomerNeeded`, `CardNotActivated`."""
    if customer is None:
        raise CustomerNeeded("Scan the customer's card first: without it nobody's points can pay.", field=field)
    if not customer.is_active_card:
        raise CardNotActivated("This card is not active yet: it earns points, but does not pay with them.", field=field)
    return customer


def chosen(wanted: Wanted, worth: Worth, *, available: int, payable: int) -> tuple[int, int]:
    """The points to hold and what they are worth; units without a whole worth stay points.

    `available` are the points at hand, `payable` the money that points may pay. Raises `NotEnoughPoints`, `PointsPayTooMuch`,
    `PointsWorthNothing`.
    """
    if not worth.money:
        raise PointsWorthNothing("Points of this programme are not worth money.", field="points")
    points, money = worth.most(available, payable) if wanted == MAX else worth.most(wanted)
    if wanted == MAX and not points and worth.most(available)[0]:
        raise too_much(payable, available, worth, field="points")
    if points > available or (wanted == MAX and not points):
        raise NotEnoughPoints(
            f"There are only {available} points on the account.", field="points", extra={"available": available}
        )
    if not money:
        raise PointsWorthNothing("So few points are not worth the smallest coin.", field="points")
    if money > payable:
        raise too_much(payable, available, worth, field="points")
    return points, money


def too_much(payable: int, available: int, worth: Worth, *, field: str) -> PointsPayTooMuch:
    """The refusal of points that would pay more than they may, with what they may."""
    points, money = worth.most(available, payable)
    told = {"payable": {"points": points, "worth": money}}
    return PointsPayTooMuch(f"Points can pay {money} minor units of this receipt at most.", field=field, extra=told)


def agreed(
    basket: Basket, reserved: Reservation | None, customer: Customer | None, worth: Worth, at: datetime
) -> Payment:
    """What points pay at confirming: what was reserved, else what the tenders say.

    A till that tells no tenders pays with what it has reserved. Raises `ReservedForAnother`, `PointsNotAsReserved`,
    `CustomerNeeded`, `CardNotActivated`, `PointsNotWhole`.
    """
    told = sum(tender.amount for tender in basket.tenders if tender.type == POINTS)
    held = reserved if reserved is not None and reserved.lasts(at) else None
    if held is not None:
        if paying(held, customer, at) is None:
            raise ReservedForAnother(
                "The points that wait for this purchase are another customer's. Reserve again, or reserve none.",
                field="customer",
            )
        if basket.tenders and told != held.worth:
            raise PointsNotAsReserved(
                f"The tenders pay {told} with points, but {held.worth} is reserved. Reserve again, or reserve none.",
                field="tenders",
                extra={"reserved": held.shown()},
            )
        may_pay(customer, field="customer")
        return Payment(held.points, held.worth, held.hold_operation_id)
    if not told:
        return Payment()
    may_pay(customer, field="tenders")
    points = worth.points_for(told)
    if points is None:
        raise PointsNotWhole(f"No whole number of points is worth {told}.", field="tenders")
    return Payment(points, told)


def check_tenders(basket: Basket, total: int) -> None:
    """Refuse tenders that do not make the total; a till that tells none is not asked. Raises `TendersDoNotCover`."""
    paid = sum(tender.amount for tender in basket.tenders)
    if basket.tenders and paid != total:
        raise TendersDoNotCover(f"The tenders make {paid}, but {total} is to pay.", field="tenders")
