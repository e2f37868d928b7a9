"""The card's code on the whole screen, for a scanner."""

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from regulars.loyalty.cards import queries as cards
from regulars.web.account import session

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member


@require_safe
@session.signed_in
def card(request: HttpRequest, member: "Member") -> HttpResponse:
    """Show the main card's code, dark on white in every theme."""
    found = cards.find_main(member)
    if found is None:
        return redirect("account:home")
    return render(request, "account/card.html", {"digits": found.number, "name": session.called(member)})
