"""One receipt of the member's own, with the reason of every discount and every point."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulars.loyalty.offers import queries as offers
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.purchases import queries as purchases
from regulars.loyalty.stores import queries as stores
from regulars.web.account import session

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member
    from regulars.loyalty.purchases.models import Line, Tender
    from regulars.loyalty.purchases.queries import Story


@require_safe
@session.signed_in
def purchase(request: HttpRequest, member: "Member", public_id: str) -> HttpResponse:
    """Show a receipt; somebody else's does not exist here."""
    story = purchases.find_story(public_id)
    if story is None or story.purchase.member_id != member.pk:
        raise Http404
    return render(request, "account/purchase.html", session.frame(member, "points") | _shown(story))


def _shown(story: "Story") -> dict[str, Any]:
    bought = story.purchase
    names = {rule.id: rule.name for rule in offers.get_version(bought.offers_version).rules}
    earned: Counter[int] = Counter()
    taken_off: dict[int, list[dict[str, Any]]] = {}
    for benefit in story.benefits:
        if benefit.kind == "points":
            earned[benefit.offer_id] += benefit.amount
        else:
            reason = {"offer": names.get(benefit.offer_id, _("An offer")), "amount": benefit.amount}
            taken_off.setdefault(benefit.line_number, []).append(reason)
    return {
        "receipt": bought.number,
        "store": stores.get_till(bought.till_id).store_name,
        "at": bought.sold_at,
        "currency": programme.get().currency,
        "decimals": programme.get_currency().decimals,
        "lines": [_line(line, taken_off.get(line.number, [])) for line in story.lines],
        "discounts": [],
        "rounding": bought.rounding,
        "rounding_size": abs(bought.rounding),
        "total": bought.total,
        "tenders": [_tender(tender, story) for tender in story.tenders],
        "points": [{"what": names.get(offer, _("An offer")), "amount": sum_} for offer, sum_ in earned.items()],
    }


def _tender(tender: "Tender", story: "Story") -> dict[str, Any]:
    """How something was paid, in the reader's words; a code that is only the till's stays as the till wrote it."""
    known = {"cash": _("Cash"), "card": _("Card"), "points": _("Points")}
    spent = story.purchase.points_spent if tender.type == "points" else 0
    return {"what": known.get(tender.type, tender.type), "amount": tender.amount, "points": spent}


def _line(line: "Line", discounts: list[dict[str, Any]]) -> dict[str, Any]:
    if line.till_discount:
        discounts = [{"offer": _("Price of the day"), "amount": line.till_discount}, *discounts]
    return {
        "name": line.name or line.sku,
        "quantity": line.quantity,
        "before": line.amount,
        "total": line.total + line.rounding,  # rounding has a line of its own
        "discounts": discounts,
    }
