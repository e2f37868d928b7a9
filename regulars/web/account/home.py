"""The member's home: card, balance, what happened lately, and what they hear from us, on one screen."""

from dataclasses import replace
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regulars.kit import clock
from regulars.loyalty.cards import queries as cards
from regulars.web.account import points, session, subscriptions
from regulars.web.shell import sentences

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member

LATELY = 5


@require_safe
@session.signed_in
def home(request: HttpRequest, member: "Member") -> HttpResponse:
    """Show everything that matters at the counter first."""
    card = cards.find_main(member)
    shown = {
        "name": session.called(member),
        "first_name": member.first_name,
        "digits": card.number if card else "",
        "history": [replace(row, note="") for row in points.history(member, LATELY)],
        "hears": sentences.hears(subscriptions.mailings(member)),
        **points.balance(member, clock.now()),
    }
    return render(request, "account/home.html", session.frame(member, "home") | shown)
