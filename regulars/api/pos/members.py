"""Joining the programme at the counter."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from regulars.api.pos.bodies import RegisterBody
from regulars.api.pos.tills import actor, till_of
from regulars.kit import clock
from regulars.loyalty.cards import queries as cards
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.registration import actions as registration

router = Router(tags=["Members"])


@router.post("/members", response={201: dict[str, Any]}, summary="Register a member at the till")
def register(request: HttpRequest, body: RegisterBody) -> tuple[int, dict[str, Any]]:
    """Register somebody by phone: member, consent by the programme's mode, and an active virtual card, at once."""
    joined = registration.register(
        Profile(
            phone=body.phone,
            first_name=body.first_name,
            last_name=body.last_name,
            email=body.email,
            locale=body.locale,
        ),
        consent=body.consents,
        via="till",
        series=cards.find_virtual_series(),
        store_id=till_of(request).store_id,
        by=actor(request),
        at=clock.now(),
    )
    return 201, {"id": joined.member.public_id, "card": joined.card.number if joined.card else None}
