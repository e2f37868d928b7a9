"""Taking the payment: the receipt is confirmed once, however often the button is pressed or the page reloaded."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from regulars.kit import clock
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout import pricing
from regulars.loyalty.checkout.actions import PurchaseBusy, PurchaseConfirmedBefore
from regulars.loyalty.checkout.basket import POINTS, Tender
from regulars.loyalty.checkout.payment import PointsNotAsReserved, ReservedForAnother
from regulars.loyalty.checkout.pricing import QuoteChanged
from regulars.loyalty.points.actions import NotEnoughPoints
from regulars.loyalty.points.operations import AccountBusy, KeyReused, RequestInFlight
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.stores.queries import TillAt
from regulars.web.shell import figures
from regulars.web.till import outcomes, typed
from regulars.web.till.acts import act, kept
from regulars.web.till.basket import Draft
from regulars.web.till.page import Said, draw, face, fresh, rounded, show
from regulars.web.till.sign_in import actor

PAID_BEFORE = "This basket was paid before, as it stood then. Press New basket, and ring up only what is still to pay."
POINTS_CHANGED = "The customer's points are not what they were. Use points again, or take them off, then pay."
IN_FLIGHT = "This payment is still being written down. Press the same button again in a moment."


@act
def pay(request: HttpRequest, till: TillAt, draft: Draft) -> HttpResponse:
    """Confirm the basket at the promised price: with the points that wait for it, the rest in cash or by card."""
    if not draft.quote:
        return show(request, till, draft)
    how = "cash" if request.POST.get("how") == "cash" else "card"
    money = programme.get()
    quote = pricing.read_quote(draft.quote, draft.purchase)
    rest = quote.total - quote.paid_with_points
    raw = request.POST.get("given", "").strip()
    given = typed.money(raw, money.currency_exponent) if raw and how == "cash" else rest
    if given < rest:
        lacks = figures.money(rest - given, money.currency)
        said = Said(f"{lacks} is missing. Take more cash, or take the payment by card.")
        return show(request, till, draft, said=said, given=kept(request, "given"))
    tenders = [Tender(kind, amount) for kind, amount in ((POINTS, quote.paid_with_points), (how, rest)) if amount]
    sums = {"how": how if rest else POINTS, "total": rest, "given": given, "change": given - rest}
    return _confirmed(request, till, draft, tenders, sums)


def _confirmed(
    request: HttpRequest, till: TillAt, draft: Draft, tenders: list[Tender], sums: dict[str, Any]
) -> HttpResponse:
    at = clock.now()
    basket = draft.as_basket(programme.get().currency, datetime.fromisoformat(draft.sold_at), tenders)
    try:
        answer = checkout.confirm(draft.purchase, basket, key=draft.key, till=till, by=actor(request, till), at=at)
    except QuoteChanged as refusal:
        new_total = figures.money(refusal.extra["calculated"]["total"], programme.get().currency)
        return show(
            request, till, draft, said=Said(f"The total is now {new_total}. Tell the customer, then pay again.")
        )
    except (PointsNotAsReserved, ReservedForAnother, NotEnoughPoints):
        return show(request, till, draft, said=Said(POINTS_CHANGED))
    except (RequestInFlight, AccountBusy, PurchaseBusy):
        return show(request, till, draft, said=Said(IN_FLIGHT), given=kept(request, "given"), promise=draft)
    except (KeyReused, PurchaseConfirmedBefore):
        return show(request, till, draft, said=Said(PAID_BEFORE))
    return _paid(request, till, draft, answer, sums)


def _paid(
    request: HttpRequest, till: TillAt, draft: Draft, answer: dict[str, Any], sums: dict[str, Any]
) -> HttpResponse:
    """Show what was paid and earned; the page already carries the next basket, so that a scan begins it."""
    customer, known_by = answer["customer"], draft.state.customer
    balance = answer["points_available"]
    member = face(customer["first_name"], balance, known_by) if customer and known_by else None
    context = {
        "basket": fresh(till).signed(),
        "member": member,
        "outcomes": outcomes.explained(answer),
        "paid": sums
        | {
            "receipt": draft.purchase,
            "points": answer["points"],
            "balance": balance,
            "spent": answer["points_spent"],
            "worth": answer["paid_with_points"],
            "rounding": rounded(answer),
        },
    }
    return draw(request, till, context)
