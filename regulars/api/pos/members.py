"""Joining the programme at the counter."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from regulars.api.pos.bodies import RegisterBody
from regulars.api.pos.purchases import Key
from regulars.api.pos.tills import actor, till_of
from regulars.kit import clock
from regulars.loyalty.checkout import actions as checkout

router = Router(tags=["Members"])


@router.post("/members", response={201: dict[str, Any]}, summary="Register a member at the till")
def register(request: HttpRequest, idempotency_key: Key, body: RegisterBody) -> Status[dict[str, Any]]:
    """Register somebody by phone: member, consent by the programme's mode, and an active virtual card, at once."""
    joined = checkout.join(
        body.profile(),
        key=idempotency_key,
        consent=body.consents,
        till=till_of(request),
        by=actor(request),
        at=clock.now(),
    )
    return Status(201, joined)
