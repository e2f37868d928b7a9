"""What a browser carries from screen to screen of the sign-in: the phone, and after the right code that it is proven."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from regulars.loyalty.members.sign_in import PROOF_LIVES, Newcomer

COOKIE = "regulars_phone"
SALT = "regulars.account.phone"


@dataclass(frozen=True, slots=True)
class Carried:
    """The phone somebody gave, where they wanted to go, and when they proved to be a newcomer with that phone."""

    phone: str
    next_path: str
    proven_at: datetime | None = None

    @property
    def newcomer(self) -> Newcomer | None:
        """The newcomer that this proves, if it does."""
        return Newcomer(self.phone, self.proven_at) if self.proven_at else None


def carry(response: HttpResponse, carried: Carried) -> HttpResponse:
    """Let the browser carry this for a quarter of an hour, signed, and only to the screens of the sign-in."""
    proven = carried.proven_at.isoformat() if carried.proven_at else ""
    response.set_cookie(
        COOKIE,
        signing.dumps({"phone": carried.phone, "next": carried.next_path, "proven": proven}, salt=SALT),
        max_age=PROOF_LIVES,
        path=reverse("account:sign_in"),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def read(request: HttpRequest) -> Carried | None:
    """What the browser carries, or None when it is nothing of ours or too old."""
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=PROOF_LIVES)
    except signing.BadSignature:
        return None
    proven = found.get("proven", "")
    return Carried(found["phone"], found["next"], datetime.fromisoformat(proven) if proven else None)


def drop(response: HttpResponse) -> HttpResponse:
    """Take it away again."""
    response.delete_cookie(COOKIE, path=reverse("account:sign_in"), samesite="Lax")
    return response
