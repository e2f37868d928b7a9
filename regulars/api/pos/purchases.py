"""Purchases at the till: calculate as often as you like, confirm once."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Header, Path, Router

from regulars.api.pos.bodies import BasketBody, ConfirmBody, PurchaseId
from regulars.api.pos.tills import actor, till_of
from regulars.kit import clock
from regulars.loyalty.checkout import actions as checkout

router = Router(tags=["Purchases"])
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]


@router.post("/purchases/{purchase}/calculate", response=dict[str, Any], summary="Calculate a purchase")
def calculate(request: HttpRequest, purchase: Annotated[PurchaseId, Path()], body: BasketBody) -> dict[str, Any]:
    """Price the receipt with the offers of its time and promise that price in a quote. Writes nothing; repeat it freely."""
    return checkout.calculate(purchase, body.basket(), till=till_of(request), at=clock.now())


@router.post("/purchases/{purchase}/confirm", response=dict[str, Any], summary="Confirm a purchase")
def confirm(
    request: HttpRequest, purchase: Annotated[PurchaseId, Path()], idempotency_key: Key, body: ConfirmBody
) -> dict[str, Any]:
    """Write the receipt down and credit its points. The same key with the same body gives the same answer again."""
    till = till_of(request)
    return checkout.confirm(
        purchase, body.as_basket(), key=idempotency_key, till=till, by=actor(request), at=clock.now()
    )
