"""A small cast of people that tests and stories share; each enters the programme when called.

Anna shops every week and gets everything; Max wants no SMS; Olga reads Russian; Tom has a card and no phone.
"""

from dataclasses import asdict, dataclass
from datetime import date

from regulars.loyalty.cards.models import Card
from regulars.loyalty.members.models import Member
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.subscriptions import actions as subscriptions
from tests import make

ANNA = Profile(
    phone="+447700900001", email="anna@example.org", first_name="Anna", last_name="Morgan", birth_date=date(1979, 5, 14)
)
MAX = Profile(phone="+447700900002", email="max@example.org", first_name="Max", last_name="Weber")
OLGA = Profile(phone="+447700900003", first_name="Ольга", last_name="Смирнова", locale="ru")
TOM = Profile(first_name="Tom", last_name="Reed", external_number="crm-4711")


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody of the cast: the member and the active card."""

    member: Member
    card: Card


def anna() -> Role:
    """Anna Morgan: phone, mailbox, an active card, subscribed to everything."""
    return _enter(ANNA)


def max_() -> Role:
    """Max Weber: phone, mailbox, an active card, no messages by SMS."""
    role = _enter(MAX)
    subscriptions.unsubscribe(role.member, channel="sms", by=make.BY, at=make.AT)
    return role


def olga() -> Role:
    """Olga Smirnova: phone, an active card, reads Russian."""
    return _enter(OLGA)


def tom() -> Role:
    """Tom Reed: an active card and a number in another system, neither phone nor mailbox."""
    return _enter(TOM)


def _enter(profile: Profile) -> Role:
    member = make.member(**asdict(profile))
    return Role(member, make.card(member))
