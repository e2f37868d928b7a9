"""Paying with points: they wait for the basket until it is paid, cancelled, or another customer's."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from regulars.kit import clock
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.payment import MAX, PointsPayTooMuch, Wanted
from regulars.loyalty.checkout.pricing import QuoteChanged
from regulars.loyalty.points.actions import NotEnoughPoints
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.stores.queries import TillAt
from regulars.web.shell import figures
from regulars.web.till import typed
from regulars.web.till.acts import act, kept
from regulars.web.till.basket import Draft
from regulars.web.till.page import Said, let_go, show
from regulars.web.till.sign_in import actor


@act
def points(request: HttpRequest, till: TillAt, draft: Draft) -> HttpResponse:
    """Let points wait for this basket: as many as were typed, all that can pay, or none."""
    if "none" in request.POST:
        return show(request, till, let_go(request, till, draft))
    if not draft.quote:
        return show(request, till, draft)
    raw = request.POST.get("points", "").strip()
    wanted = MAX if "all" in request.POST or not raw else typed.points(raw, programme.get_currency().decimals)
    try:
        return show(request, till, _held(request, till, draft, wanted))
    except NotEnoughPoints as refusal:
        there = figures.points(refusal.extra.get("available", 0), programme.get_currency().decimals)
        said = Said(f"The customer can use {there} points now. Type fewer, or press Use all.")
    except PointsPayTooMuch as refusal:
        payable = figures.money(refusal.extra["payable"]["worth"], programme.get().currency)
        said = Said(f"Points can pay {payable} of this basket at most. Type fewer, or press Use all.")
    except QuoteChanged as refusal:
        new_total = figures.money(refusal.extra["calculated"]["total"], programme.get().currency)
        said = Said(f"The total is now {new_total}. Tell the customer, then use points again.")
    return show(request, till, draft, said=said, points=kept(request, "points"))


def _held(request: HttpRequest, till: TillAt, draft: Draft, wanted: Wanted) -> Draft:
    """The basket for which the points wait; the same button pressed twice asks once."""
    if wanted == 0:
        return let_go(request, till, draft)
    basket = draft.as_basket(programme.get().currency, datetime.fromisoformat(draft.sold_at))
    # The time of the price is in it: asked again for another basket, after an answer got lost, it is another request.
    key = f"{draft.key}-{draft.holds}-{wanted}-{draft.sold_at}"
    checkout.reserve(draft.purchase, basket, wanted, key=key, till=till, by=actor(request, till), at=clock.now())
    return draft.holding()
