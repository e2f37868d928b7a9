"""Who it is: what the head of each of a member's pages says."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from regulars.loyalty.stores import queries as stores

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member

LANGUAGES = {"en": "English", "ru": "Russian"}
STATES = {"active": ("done", "Active"), "blocked": ("bad", "Account blocked"), "gone": ("", "Has left")}


@dataclass(frozen=True, slots=True)
class Band:
    """A member by name, state, and what is known of them at a glance."""

    name: str
    state: str
    tone: str
    since: datetime
    left_at: datetime | None
    language: str
    store: str
    city: str


def band(member: "Member") -> Band:
    """The head of this member's pages."""
    tone, word = STATES.get(member.state, ("", member.state))
    store = stores.find_store(member.store_id) if member.store_id is not None else None
    return Band(
        name=f"{member.first_name} {member.last_name}".strip() or _("A member without a name"),
        state=word,
        tone=tone,
        since=member.registered_at,
        left_at=member.gone_at,
        language=LANGUAGES.get(member.locale, member.locale),
        store=store.name if store is not None else "",
        city=member.city,
    )
