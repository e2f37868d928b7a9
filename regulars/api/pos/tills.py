"""Which till is speaking: the bearer key of a request."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from regulars.access import queries as access
from regulars.kit.actor import Actor
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.stores.queries import TillAt


class TillKeyAuth(HttpBearer):
    """`Authorization: Bearer till_…`; the key stops working within a minute after it is revoked or the till is closed."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Find the till behind the key, or refuse with 401."""
        till_id = access.find_till_id(token)
        till = stores.get_till(till_id) if till_id is not None else None
        return till if till is not None and till.is_open else None


def till_of(request: HttpRequest) -> TillAt:
    """The till that was found for this request."""
    till: TillAt = request.auth  # type: ignore[attr-defined]
    return till


def actor(request: HttpRequest) -> Actor:
    """The till as the one who acts."""
    return Actor("till", till_of(request).till_public_id, "api/pos", ip=request.META.get("REMOTE_ADDR"))
