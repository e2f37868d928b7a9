"""A member's page: who it is, contacts, cards, points, the last purchases and consent, on one screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.kit import clock, masks
from regulars.loyalty.cards import queries as cards
from regulars.loyalty.cards.block_reasons import BLOCK_REASONS
from regulars.loyalty.members import actions as members_room
from regulars.loyalty.members import queries as members
from regulars.loyalty.points import queries as points
from regulars.loyalty.programme import queries as programme
from regulars.web.contact_centre import purchases
from regulars.web.contact_centre.band import band
from regulars.web.contact_centre.duty import actor, employee_of, frame, of_member
from regulars.web.contact_centre.matrix import hears

if TYPE_CHECKING:
    from regulars.loyalty.cards.models import Card
    from regulars.loyalty.members.models import Member
    from regulars.loyalty.members.queries import Contacts

LATELY = 3
CARD_TONES = {"active": "done", "issued": "waiting", "blocked": "bad"}


@dataclass(frozen=True, slots=True)
class ContactFace:
    """A phone, mailbox or foreign number as it is shown; `is_verified` None where nothing is proven."""

    kind: str
    label: str
    shown: str
    is_verified: bool | None


@dataclass(frozen=True, slots=True)
class CardFace:
    """A card by the end of its number, and what may be done about it."""

    id: int
    label: str
    tone: str
    state: str
    note: str
    since: datetime
    is_blocked: bool
    can_be_unblocked: bool


@require_safe
@of_member("profile")
def member(request: HttpRequest, member: "Member") -> HttpResponse:
    """Show the profile, contacts masked."""
    return _profile(request, member, masked(members.get_contacts(member)))


@require_POST
@of_member("contacts")
def contacts(request: HttpRequest, member: "Member") -> HttpResponse:
    """Show the contacts in the clear, once: the journal knows who saw them."""
    found = members_room.show_contacts(member, by=actor(request), at=clock.now())
    faces = _faces(found, found.phone, found.email, found.external_number)
    if request.headers.get("HX-Target") == "contacts":
        return render(
            request, "contact_centre/_contacts.html", {"member": member, "contacts": faces, "are_clear": True}
        )
    return _profile(request, member, faces, are_clear=True)


def masked(found: "Contacts") -> list[ContactFace]:
    """The contacts as everybody on duty may see them."""
    number = f"•••{found.external_number[-2:]}" if found.external_number else ""
    return _faces(found, masks.contact(found.phone), masks.contact(found.email), number)


def last_day(expires_at: datetime) -> date:
    """The last day on which points that expire at this instant can be used."""
    return timezone.localtime(expires_at - timedelta(microseconds=1)).date()


def _profile(
    request: HttpRequest, member: "Member", contacts: Sequence[ContactFace], *, are_clear: bool = False
) -> HttpResponse:
    at = clock.now()
    shown = {
        "contacts": contacts,
        "are_clear": are_clear,
        "cards": [_card(card) for card in cards.list_of(member)],
        "points": _points(member, at),
        "purchases": purchases.lately(member, LATELY, partner_id=employee_of(request).partner_id),
        "currency": programme.get().currency,
        "hears": hears(member) if member.state != "gone" else "",
        "tab": "profile",
    }
    return render(request, "contact_centre/member.html", frame(request, member) | {"band": band(member)} | shown)


def _faces(found: "Contacts", phone: str, email: str, number: str) -> list[ContactFace]:
    faces = [
        ContactFace("call", _("Phone"), phone, found.phone_is_verified),
        ContactFace("mail", _("Email"), email, found.email_is_verified),
        ContactFace("badge", _("Number elsewhere"), number, None),
    ]
    return [face for face in faces if face.shown]


def _card(card: "Card") -> CardFace:
    is_blocked = card.state == "blocked"
    since = (card.blocked_at if is_blocked else card.activated_at) or card.issued_at
    return CardFace(
        id=card.pk,
        label=str(card),
        tone=CARD_TONES.get(card.state, ""),
        state=card.get_state_display(),
        note=BLOCK_REASONS.get(card.block_reason, card.block_reason) if is_blocked else "",
        since=since,
        is_blocked=is_blocked,
        can_be_unblocked=is_blocked and card.block_reason != "left",
    )


def _points(member: "Member", at: datetime) -> dict[str, Any]:
    """What the member has now, its worth, what expires next, and what is not counted."""
    currency = programme.get_currency()
    found = points.get_balance(member.pk, currency.pk, at=at)
    return {
        "balance": found.available,
        "decimals": currency.decimals,
        "worth": found.available * currency.worth_numerator // currency.worth_denominator,
        "next_amount": found.next_expiry_amount,
        "next_on": last_day(found.next_expiry_at) if found.next_expiry_at else None,
        "pending": found.pending,
        "held": found.held,
        "debt": found.debt,
    }


def to_profile(member: "Member") -> HttpResponse:
    """Back to the profile."""
    return redirect("contact_centre:member", member.public_id)
