"""Blocks a card and opens it again: what would follow is said first, then the reason is asked for."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from regulars.kit import clock
from regulars.loyalty.cards import actions as cards_room
from regulars.loyalty.cards import queries as cards
from regulars.loyalty.cards.block_reasons import BLOCK_REASONS
from regulars.loyalty.members import queries as members
from regulars.loyalty.points import queries as points
from regulars.loyalty.programme import queries as programme
from regulars.web.contact_centre.band import band
from regulars.web.contact_centre.duty import actor, frame, of_member
from regulars.web.contact_centre.member import to_profile
from regulars.web.shell import figures
from regulars.web.shell.faces import Problem

if TYPE_CHECKING:
    from regulars.loyalty.cards.models import Card
    from regulars.loyalty.members.models import Member

PERMISSION = "cards.block"


@require_http_methods(["GET", "HEAD", "POST"])
@of_member("block_card", PERMISSION)
def block(request: HttpRequest, member: "Member", card_id: int) -> HttpResponse:
    """Say what blocking means and ask for the reason, then block."""
    card = _card(member, card_id)
    reason = request.POST.get("reason", "")
    problems = []
    if request.method == "POST":
        if reason in BLOCK_REASONS:
            is_new = cards_room.block(card, reason=reason, by=actor(request), at=clock.now())
            _say(
                request, card, is_new, _("is blocked: tills refuse it from now on. Unblock beside it takes that back.")
            )
            return to_profile(member)
        problems = [Problem("reason", _("Choose why the card is blocked."))]
    shown = {
        "act": _("Block card %(card)s") % {"card": card},
        "consequences": _consequences(member, card),
        "reasons": [
            {"code": code, "words": words, "is_chosen": code == reason} for code, words in BLOCK_REASONS.items()
        ],
        "problems": problems,
    }
    return _ask(request, member, shown)


@require_http_methods(["GET", "HEAD", "POST"])
@of_member("unblock_card", PERMISSION)
def unblock(request: HttpRequest, member: "Member", card_id: int) -> HttpResponse:
    """Say what opening the card again means, then do it."""
    card = _card(member, card_id)
    if request.method == "POST":
        is_new = cards_room.unblock(card, by=actor(request), at=clock.now())
        _say(request, card, is_new, _("can be used again, from now on."))
        return to_profile(member)
    shown = {
        "act": _("Unblock card %(card)s") % {"card": card},
        "consequences": [
            _("Tills take this card again, from now on, with the points that the member has."),
            _("Whoever has it in hand can use it: make sure that the member has."),
        ],
        "reasons": [],
        "problems": [],
    }
    return _ask(request, member, shown)


def _ask(request: HttpRequest, member: "Member", shown: dict[str, Any]) -> HttpResponse:
    status = 422 if shown["problems"] else 200
    everything = frame(request, member) | {"band": band(member), "tab": ""} | shown
    return render(request, "contact_centre/card.html", everything, status=status)


def _card(member: "Member", card_id: int) -> "Card":
    card = cards.find_of(member, card_id)
    if card is None:
        raise cards.UnknownCard(_("This member has no such card."))
    return card


def _say(request: HttpRequest, card: "Card", is_new: bool, words: str) -> None:
    if is_new:
        messages.success(request, _("Card %(card)s %(words)s") % {"card": card, "words": words})
    else:
        messages.info(request, _("Nothing has changed: card %(card)s was so before.") % {"card": card})


def _consequences(member: "Member", card: "Card") -> list[str]:
    """What blocking this card does, with this member's own figures."""
    others = [each for each in cards.list_of(member) if each.pk != card.pk and each.state == "active"]
    currency = programme.get_currency()
    balance = points.get_balance(member.pk, currency.pk, at=clock.now()).available
    kept = ngettext("%(points)s point stays.", "%(points)s points stay.", balance // 10**currency.decimals)
    said = [
        _("Every till refuses this card from now on."),
        kept % {"points": figures.points(balance, currency.decimals)},
    ]
    if others:
        said.append(_("Card %(card)s goes on working.") % {"card": others[0]})
    elif members.get_contacts(member).phone:
        said.append(_("The member has no other card, and is still recognised by phone."))
    else:
        said.append(_("The member has no other card and no phone: no till recognises them until there is a new card."))
    return [*said, _("To take it back, press Unblock beside the card; nothing is lost.")]
