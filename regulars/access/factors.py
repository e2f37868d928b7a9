"""What employees sign in with beside the password, and where they are signed in, as allauth's tables have it."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

APP, PASSKEY, CODES = "totp", "webauthn", "recovery_codes"
IN_WORDS = {APP: "Authenticator app", PASSKEY: "Passkey", CODES: "Recovery codes"}


@dataclass(frozen=True, slots=True)
class Factor:
    """Something that is shown beside the password; recovery codes alone are no second factor, they stand in for one."""

    id: int
    kind: str
    name: str
    created_at: datetime
    last_used_at: datetime | None

    @property
    def is_second(self) -> bool:
        """Whether it is enough to sign in with again and again."""
        return self.kind != CODES


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser in which an employee is signed in."""

    id: int
    browser: str
    ip: str
    since: datetime
    is_this: bool


def list_factors(employee_id: int) -> list[Factor]:
    """Everything that the employee has, in the order in which it came."""
    return [
        Factor(
            row.pk, row.type, row.data.get("name") or IN_WORDS.get(row.type, row.type), row.created_at, row.last_used_at
        )
        for row in Authenticator.objects.filter(user_id=employee_id).order_by("pk")
    ]


def list_sessions(employee_id: int, *, this: str = "", at: datetime) -> list[SignedIn]:
    """Where the employee is signed in, the latest first; `this` is the key of the session that asks."""
    rows = list(UserSession.objects.filter(user_id=employee_id).order_by("-pk"))
    keys = [row.session_key for row in rows]
    alive = set(Session.objects.filter(pk__in=keys, expire_date__gt=at).values_list("pk", flat=True))
    return [
        SignedIn(row.pk, row.user_agent, row.ip, row.created_at, row.session_key == this)
        for row in rows
        if row.session_key in alive
    ]


def count_unused_codes(employee_id: int) -> int:
    """How many recovery codes the employee has left."""
    row = Authenticator.objects.filter(user_id=employee_id, type=CODES).first()
    return len(row.wrap().get_unused_codes()) if row else 0
