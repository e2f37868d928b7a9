"""Lets the sister system in, and nobody else: she signs her bodies with the shared key."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyHeader

from regulars.contract import signing
from regulars.kit import clock
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal


class SignatureNotAccepted(Refusal):
    """The signature does not fit the body, the key or the time."""

    code = "signature_not_accepted"
    status = 401


class SignedBySister(APIKeyHeader):
    """`Regulars-Signature: t=<Unix seconds>,v1=<hex>`: HMAC-SHA256 over time and body, good for five minutes."""

    param_name = signing.HEADER

    def __init__(self, sister: str, door: str) -> None:
        self.actor = Actor.sync(sister, door)
        super().__init__()

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Answer the sister as the one who acts; raises `SignatureNotAccepted`."""
        at_s = int(clock.now().timestamp())
        if not signing.is_signed(settings.SISTER_KEY, request.body, key or "", at_s):
            raise SignatureNotAccepted(
                f"Sign time and body with the shared key in {signing.HEADER}; a signature is good for five minutes.",
                field=f"header:{signing.HEADER}",
            )
        return self.actor


def sister_of(request: HttpRequest) -> Actor:
    """The sister as the one who acts in this request."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor
