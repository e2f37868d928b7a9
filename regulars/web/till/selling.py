"""Ringing up: scan, tap, count, undo, and who buys."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from regulars.kit import clock
from regulars.kit.refusal import Refusal
from regulars.loyalty.checkout import queries as checkout
from regulars.loyalty.checkout import scans
from regulars.loyalty.checkout.queries import CardUnknown, CustomerUnknown
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.goods import queries as goods
from regulars.loyalty.goods.queries import ProductAt
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.stores.queries import TillAt
from regulars.web.till import typed
from regulars.web.till.acts import act, kept
from regulars.web.till.basket import ONE, Draft
from regulars.web.till.joining import NOT_KNOWN, blank_form
from regulars.web.till.page import Said, fresh, let_go, show
from regulars.web.till.sign_in import at_till

UNLISTED = "unlisted"


class NotFoundHere(Refusal):
    """What was scanned or tapped is nothing that this till can sell."""

    code = "nothing_found"


@require_safe
@at_till
def till(request: HttpRequest, till: TillAt) -> HttpResponse:
    """Open the till with an empty basket, with a card already on it, or with tiles that were searched for."""
    text = typed.text(request.GET.get("code") or request.GET.get("q", ""))
    identifier = scans.read(text) if text and not goods.find_by_sku([text]) else None
    if identifier is None:
        return show(request, till, fresh(till), query=text)
    try:
        return _recognised(request, till, fresh(till), identifier)
    except Refusal as refusal:
        return show(request, till, fresh(till), said=Said(refusal.message), query=text)


@act
def scan(request: HttpRequest, till: TillAt, draft: Draft) -> HttpResponse:
    """Take a code as what it is: goods, a card, a phone, a price; without one take the quantities that were typed."""
    code = typed.text(request.POST.get("code", ""))
    if not code:
        return show(request, till, draft.count(_quantities(request, draft)))
    if product := goods.find_by_sku([code]).get(code):
        return show(request, till, _rung_up(draft, product))
    if identifier := scans.read(code):
        return _recognised(request, till, draft, identifier)
    if (price := typed.price(code, programme.get().currency_exponent)) is not None:
        return show(request, till, _with(draft, UNLISTED, "Unlisted goods", price))
    return _searched(request, till, draft, code)


@act
def add(request: HttpRequest, till: TillAt, draft: Draft) -> HttpResponse:
    """Ring up the product of a tile."""
    sku = typed.text(request.POST.get("product", ""))
    product = goods.find_by_sku([sku]).get(sku)
    if product is None:
        raise NotFoundHere("This product is not sold any more. Search for another.")
    return show(request, till, _rung_up(draft, product), query=kept(request, "code"))


@act
def count(request: HttpRequest, till: TillAt, draft: Draft) -> HttpResponse:
    """Change quantities: one more, one less, or as typed."""
    quantities = {line.id: line.quantity for line in draft.state.lines} | _quantities(request, draft)
    for field, step in (("more", ONE), ("fewer", -ONE)):
        line_id = request.POST.get(field, "")
        if line_id.isdecimal() and int(line_id) in quantities:
            quantities[int(line_id)] += step
    return show(request, till, draft.count(quantities), query=kept(request, "code"))


@act
def undo(request: HttpRequest, till: TillAt, draft: Draft) -> HttpResponse:
    """Take the last act back, whatever it was."""
    return show(request, till, draft.undone(), query=kept(request, "code"))


@act
def forget(request: HttpRequest, till: TillAt, draft: Draft) -> HttpResponse:
    """Take the customer off the basket."""
    return show(request, till, draft.sold_to(None), query=kept(request, "code"))


@act
def new(request: HttpRequest, till: TillAt, draft: Draft) -> HttpResponse:
    """Begin a new basket; points that wait for the old one go back."""
    let_go(request, till, draft)
    return show(request, till, fresh(till))


def _quantities(request: HttpRequest, draft: Draft) -> dict[int, int]:
    return {
        line.id: typed.quantity(raw)
        for line in draft.state.lines
        for raw in [request.POST.get(f"quantity_{line.id}")]
        if raw is not None
    }


def _rung_up(draft: Draft, product: ProductAt) -> Draft:
    if not product.unit_price:
        raise NotFoundHere(f"{product.name} has no shelf price. Type its price, as 2.50, to sell it as unlisted goods.")
    return _with(draft, product.sku, product.name, product.unit_price)


def _with(draft: Draft, sku: str, name: str, price: int) -> Draft:
    if draft.is_full():
        raise NotFoundHere("No further line fits on this receipt. Take the payment and begin a new basket.")
    return draft.add(sku, name, price)


def _recognised(request: HttpRequest, till: TillAt, draft: Draft, identifier: Identifier) -> HttpResponse:
    try:
        checkout.find_customer(identifier, for_tests=till.is_for_tests, at=clock.now())
    except CardUnknown as refusal:
        raise _nothing() from refusal
    except CustomerUnknown:
        if identifier.kind != "phone":
            raise
        return show(request, till, draft, said=Said(NOT_KNOWN, ""), joining=blank_form(identifier.value))
    return show(request, till, draft.sold_to(identifier))


def _searched(request: HttpRequest, till: TillAt, draft: Draft, text: str) -> HttpResponse:
    """One product of that name is rung up; several are shown as tiles."""
    found = goods.search(text, limit=2)
    if not found:
        raise _nothing()
    if len(found) == 1 and not text.isdecimal():
        return show(request, till, _rung_up(draft, goods.find_by_sku([found[0].sku])[found[0].sku]))
    return show(request, till, draft, said=Said(f"Several goods fit “{text}”. Tap one.", ""), query=text)


def _nothing() -> NotFoundHere:
    return NotFoundHere(
        "No product or card has this number. Search by name, or type a price, as 2.50, to sell it as unlisted."
    )
