"""A member's receipts: the last ones, and the story of one: lines, what each offer gave, and why the others did not."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulars.kit.refusal import NotFound
from regulars.loyalty.offers import queries as offers
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.purchases import queries as purchases
from regulars.loyalty.stores import queries as stores
from regulars.web.contact_centre.band import band
from regulars.web.contact_centre.duty import employee_of, frame, of_member
from regulars.web.till import outcomes

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member
    from regulars.loyalty.purchases.models import Line
    from regulars.loyalty.purchases.queries import Story

TENDERS = {"cash": "Cash", "card": "Card", "points": "Points"}


class ReceiptUnknown(NotFound):
    """The member has no such receipt, or it is another partner's."""

    code = "receipt_unknown"


@dataclass(frozen=True, slots=True)
class ReceiptFace:
    """A receipt as the profile lists it."""

    url: str
    number: str
    store: str
    at: datetime
    total: int
    earned: int
    spent: int


def lately(member: "Member", limit: int, *, partner_id: int | None) -> list[ReceiptFace]:
    """The member's newest receipts that the employee's partner may see."""
    return [
        ReceiptFace(
            url=reverse("contact_centre:purchase", args=[member.public_id, found.public_id]),
            number=found.number,
            store=stores.get_till(found.till_id).store_name,
            at=found.sold_at,
            total=found.total,
            earned=found.points_earned,
            spent=found.points_spent,
        )
        for found in purchases.list_for_member(member.pk, limit, partner_id=partner_id)
    ]


@require_safe
@of_member("purchase")
def purchase(request: HttpRequest, member: "Member", purchase_id: str) -> HttpResponse:
    """Tell the story of one of the member's receipts."""
    story, partner_id = purchases.find_story(purchase_id), employee_of(request).partner_id
    is_seen = story is not None and partner_id in (None, story.purchase.partner_id)
    if story is None or story.purchase.member_id != member.pk or not is_seen:
        raise ReceiptUnknown(_("This member has no such receipt."))
    shown = _shown(story) | {"band": band(member), "tab": ""}
    return render(request, "contact_centre/purchase.html", frame(request, member) | shown)


def _shown(story: "Story") -> dict[str, Any]:
    bought = story.purchase
    names = {rule.id: rule.name for rule in offers.get_version(bought.offers_version).rules}
    gave: Counter[tuple[str, str]] = Counter()
    for benefit in story.benefits:
        gave[names.get(benefit.offer_id, _("An offer")), benefit.kind] += benefit.amount
    return {
        "receipt": bought,
        "store": stores.get_till(bought.till_id).store_name,
        "till": stores.get_till(bought.till_id).till_name,
        "currency": programme.get().currency,
        "decimals": programme.get_currency().decimals,
        "lines": [_line(line) for line in story.lines],
        "gave": [{"offer": offer, "kind": kind, "amount": amount} for (offer, kind), amount in gave.items()],
        "outcomes": outcomes.explained({"outcomes": bought.outcomes}),
        "tenders": [{"what": TENDERS.get(each.type, each.type), "amount": each.amount} for each in story.tenders],
        "rounding_size": abs(bought.rounding),
        "why": _why(bought.points_earned, bought.discount),
    }


def _why(earned: int, discount: int) -> str:
    """One sentence for "why no points, why no discount"; the offers' own answers stand below it."""
    if earned and discount:
        return _("This receipt earned points, and offers took something off.")
    if earned:
        return _("This receipt earned points. No offer took anything off: below is what each offer says.")
    if discount:
        return _("Offers took something off. The receipt earned no points: below is what each offer says.")
    return _("This receipt earned no points and no offer took anything off: below is what each offer says.")


def _line(line: "Line") -> dict[str, Any]:
    return {
        "name": line.name or line.sku,
        "is_listed": line.is_listed,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "discount": line.till_discount + line.discount,
        "total": line.total + line.rounding,  # rounding has a line of its own
    }
