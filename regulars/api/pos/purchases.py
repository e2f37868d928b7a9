"""Purchases at the till: calculate as often as you like, reserve points, confirm once, or cancel."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Header, Path, Router

from regulars.api.pos.bodies import BasketBody, ConfirmBody, PurchaseId, ReserveBody
from regulars.api.pos.tills import actor, till_of
from regulars.kit import clock
from regulars.loyalty.checkout import actions as checkout

router = Router(tags=["Purchases"])
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]


@router.post("/purchases/{purchase}/calculate", response=dict[str, Any], summary="Calculate a purchase")
def calculate(request: HttpRequest, purchase: Annotated[PurchaseId, Path()], body: BasketBody) -> dict[str, Any]:
    """Price the receipt with the offers of its time and promise that price in a quote. Writes nothing; repeat it freely."""
    return checkout.calculate(purchase, body.basket(), till=till_of(request), at=clock.now())


@router.post("/purchases/{purchase}/reserve", response=dict[str, Any], summary="Reserve points for a purchase")
def reserve(
    request: HttpRequest, purchase: Annotated[PurchaseId, Path()], idempotency_key: Key, body: ReserveBody
) -> dict[str, Any]:
    """Let points of the customer wait for this purchase, an hour at most, in place of those that did before.

    Nothing is spent until the purchase is confirmed. The answer is that of calculate, with the points that are left.
    """
    return checkout.reserve(
        purchase,
        body.as_basket(),
        body.wanted(),
        key=idempotency_key,
        till=till_of(request),
        by=actor(request),
        at=clock.now(),
    )


@router.post("/purchases/{purchase}/cancel", response=dict[str, Any], summary="Cancel a purchase")
def cancel(request: HttpRequest, purchase: Annotated[PurchaseId, Path()], idempotency_key: Key) -> dict[str, Any]:
    """Give reserved points back and let this purchase never be confirmed; one that is confirmed stays. Needs no body.

    Cancel also what may have been lost on the way: a confirm that arrives later is then refused.
    """
    till = till_of(request)
    return checkout.cancel(purchase, key=idempotency_key, till=till, by=actor(request), at=clock.now())


@router.post("/purchases/{purchase}/confirm", response=dict[str, Any], summary="Confirm a purchase")
def confirm(
    request: HttpRequest, purchase: Annotated[PurchaseId, Path()], idempotency_key: Key, body: ConfirmBody
) -> dict[str, Any]:
    """Write the receipt down, spend what points pay, credit what it earns. The same key and body get the same answer again.

    Points pay what was reserved, and the tender `points` says just that. Without a reservation, that tender takes the points
    from the account. Tenders make the total, or are left out.
    """
    till = till_of(request)
    return checkout.confirm(
        purchase, body.as_basket(), key=idempotency_key, till=till, by=actor(request), at=clock.now()
    )
