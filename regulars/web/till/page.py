"""Shows the till: the whole page, or only the basket or the tiles when the script asks for them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from regulars.kit import clock, phone
from regulars.loyalty.checkout.queries import Customer
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.stores.queries import TillAt
from regulars.web.till import outcomes, tiles
from regulars.web.till.basket import Draft, DraftLine
from regulars.web.till.outcomes import Answer
from regulars.web.till.prices import price

PARTS = {"basket": "till/_basket.html", "tiles": "till/_tiles.html"}
NOT_ACTIVE = "This card is not active yet: it earns, but does not pay."


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence with the way out; tone is error, success or nothing."""

    text: str
    tone: str = "error"


@dataclass(frozen=True, slots=True)
class Joining:
    """The form of somebody who joins: what was typed, and whether the programme asks about mailings."""

    phone: str
    first_name: str
    mode: str


def show(
    request: HttpRequest,
    till: TillAt,
    draft: Draft,
    *,
    said: Said | None = None,
    query: str = "",
    given: str = "",
    typed: dict[int, str] | None = None,
    joining: Joining | None = None,
    promise: Draft | None = None,
) -> HttpResponse:
    """Answer an act: price the basket and show it. `promise` is carried on instead, while an earlier payment is open."""
    priced = price(draft, till, clock.now())
    draft, answer = priced.draft, priced.answer
    names = outcomes.names(answer)
    lines = _lines(draft, answer, names, typed or {})
    goods = sum(line["before"] for line in lines)
    context = {
        "query": query,
        "given": given,
        "joining": joining,
        "basket": (promise or draft).signed(),
        "lines": lines,
        "count": len(lines),
        "can_undo": bool(draft.past),
        "can_pay": answer is not None,
        "goods_total": goods,
        "total": answer["total"] if answer else goods,
        "points_to_come": answer["points"] if answer else 0,
        "discounts": outcomes.discounts(answer),
        "discount_total": answer["discount"] if answer else 0,
        "outcomes": outcomes.explained(answer),
        "member": member_face(priced.customer, draft.state.customer),
        "said": Said(priced.refusal) if priced.refusal else said,
    }
    return draw(request, till, context)


def draw(request: HttpRequest, till: TillAt, context: dict[str, Any]) -> HttpResponse:
    """Fill in what every form of the page shows, and draw as much of it as was asked for."""
    part = request.headers.get("HX-Target", "") if request.headers.get("HX-Request") else ""
    frame = {
        "store": till.store_name,
        "till": till.till_name,
        "cashier": "",
        "currency": programme.get().currency,
        "decimals": programme.get_currency().decimals,
        "exit_url": reverse("till:sign_out"),
    }
    if part != "basket":
        frame["tiles"] = tiles.find(str(context.get("query", "")))
    return render(request, PARTS.get(part, "till/till.html"), frame | context)


def member_face(customer: Customer | None, known_by: Identifier | None) -> dict[str, Any] | None:
    """The strip of the customer; what they are known by is shown in part only."""
    if customer is None or known_by is None:
        return None
    note = "" if customer.is_active_card else NOT_ACTIVE
    return face(customer.first_name, customer.available, known_by) | {"note": note}


def face(first_name: str, balance: int, known_by: Identifier) -> dict[str, Any]:
    """What the strip says of a member."""
    shown = {"card": f"Card ••• {known_by.value[-4:]}", "phone": f"Phone {phone.masked(known_by.value)}"}
    return {
        "name": first_name or "Member",
        "tier": "",
        "balance": balance,
        "can_pay": 0,
        "card": shown.get(known_by.kind, "Member"),
        "note": "",
    }


def _lines(draft: Draft, answer: Answer, names: dict[str, str], typed: dict[int, str]) -> list[dict[str, Any]]:
    """Newest first; a quantity that could not be read stays as it was typed."""
    priced = {line["number"]: line for line in answer["lines"]} if answer else {}
    newest = draft.state.newest
    lines = [
        _line(line, priced.get(number), names) | {"newest": line.id == newest, "typed": typed.get(line.id, "")}
        for number, line in enumerate(draft.state.lines, start=1)
    ]
    return lines[::-1]


def _line(line: DraftLine, priced: Answer, names: dict[str, str]) -> dict[str, Any]:
    amount = (line.quantity * line.unit_price + 500) // 1000
    gave = priced["discounts"] if priced else ()
    return {
        "id": line.id,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "before": priced["amount"] if priced else amount,
        "total": priced["total"] if priced else amount,
        "discounts": [{"offer": names.get(each["offer"], ""), "amount": each["amount"]} for each in gave],
    }


def fresh(till: TillAt) -> Draft:
    """A new basket, born now."""
    return Draft.born(till, clock.now())
