"""Which till is speaking: the bearer key of a request."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from regulars.api import pace
from regulars.kit import reach
from regulars.kit.actor import Actor
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.stores.queries import TillAt


class TillKeyAuth(HttpBearer):
    """`Authorization: Bearer till_…`; the key stops working within a minute after it is revoked or the till is closed.

    `till_test_…` is for tests: it sees only members that it registered, counts nowhere, and nothing leaves. With `till_team_…`
    messages go to the contacts of the team only. `till_live_…` is for the shop.
    """

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Find the till behind the key, or refuse with 401; raises `TooManyRequests`."""
        till = stores.find_by_key(token)
        if till is not None:
            pace.take(token)
        return till


def till_of(request: HttpRequest) -> TillAt:
    """The till that was found for this request."""
    till: TillAt = request.auth  # type: ignore[attr-defined]
    return till


def actor(request: HttpRequest) -> Actor:
    """The till as the one who acts."""
    till = till_of(request)
    door = reach.named("api/pos", till.reach)
    return Actor("till", till.till_public_id, door, ip=request.META.get("REMOTE_ADDR"))
