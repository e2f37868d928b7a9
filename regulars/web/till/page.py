"""Shows the till: the whole page, or only the basket or the tiles when the script asks for them."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from regulars.kit import clock, phone
from regulars.kit.refusal import Conflict
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.queries import Customer
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.stores.queries import TillAt
from regulars.web.till import outcomes, tiles
from regulars.web.till.basket import Draft, DraftLine
from regulars.web.till.outcomes import Answer
from regulars.web.till.prices import Priced, price
from regulars.web.till.sign_in import actor

PARTS = {"basket": "till/_basket.html", "tiles": "till/_tiles.html"}
DOES_NOT_FIT = "The basket costs less than the points that wait for it. Press Use all, or take the points off."
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
    points: str = "",
    typed: dict[int, str] | None = None,
    joining: Joining | None = None,
    promise: Draft | None = None,
) -> HttpResponse:
    """Answer an act: price the basket and show it. `promise` is carried on instead, while an earlier payment is open."""
    priced = _priced(request, till, draft)
    draft, answer = priced.draft, priced.answer
    names = outcomes.names(answer)
    lines = _lines(draft, answer, names, typed or {})
    goods = sum(line["before"] for line in lines)
    context = {
        "query": query,
        "given": given,
        "points": points,
        "joining": joining,
        "basket": (promise or draft).signed(),
        "lines": lines,
        "count": len(lines),
        "can_undo": bool(draft.past),
        "can_pay": answer is not None,
        "goods_total": goods,
        "rounding": rounded(answer),
        "total": answer["total"] if answer else goods,
        "held": answer["reserved"] if answer else None,
        "to_pay": answer["total"] - answer["paid_with_points"] if answer else goods,
        "points_to_come": answer["points"] if answer else 0,
        "discounts": outcomes.discounts(answer),
        "discount_total": answer["discount"] if answer else 0,
        "outcomes": outcomes.explained(answer),
        "member": member_face(priced.customer, draft.state.customer, answer),
        "said": Said(priced.refusal) if priced.refusal else said or _misfit(answer),
    }
    return draw(request, till, context)


def rounded(answer: Answer) -> dict[str, Any] | None:
    """By how much the total was rounded, and whether up; None when it was not."""
    rounding = answer["rounding"] if answer else 0
    return {"size": abs(rounding), "is_up": rounding < 0} if rounding else None


def let_go(request: HttpRequest, till: TillAt, draft: Draft) -> Draft:
    """Give back the points that wait for this basket, which goes on as another purchase; without any it stays as it is."""
    if draft.held_for is None:
        return draft
    at = clock.now()
    with suppress(Conflict):  # paid in another tab, or busy: then points go back by themselves
        checkout.cancel(draft.purchase, key=f"{draft.key}-cancel", till=till, by=actor(request, till), at=at)
    return draft.renumbered(till, at)


def _priced(request: HttpRequest, till: TillAt, draft: Draft) -> Priced:
    """What the basket costs now; points of somebody who does not buy any more go back first."""
    priced = price(draft, till, clock.now())
    if priced.draft.held_for in (None, priced.draft.state.customer):
        return priced
    again = price(let_go(request, till, priced.draft), till, clock.now())
    return replace(again, refusal=priced.refusal or again.refusal)


def _misfit(answer: Answer) -> Said | None:
    held = answer["reserved"] if answer else None
    return Said(DOES_NOT_FIT) if answer and held and held["worth"] != answer["paid_with_points"] else None


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


def member_face(customer: Customer | None, known_by: Identifier | None, answer: Answer) -> dict[str, Any] | None:
    """The strip of the customer; what they are known by is shown in part only."""
    if customer is None or known_by is None:
        return None
    note = "" if customer.is_active_card else NOT_ACTIVE
    payable = answer["points_payable"] if answer else {"points": 0, "worth": 0}
    can_pay = {"can_pay": payable["points"], "can_pay_worth": payable["worth"]}
    return face(customer.first_name, customer.available, known_by) | {"note": note} | can_pay


def face(first_name: str, balance: int, known_by: Identifier) -> dict[str, Any]:
    """What the strip says of a member."""
    shown = {"card": f"Card ••• {known_by.value[-4:]}", "phone": f"Phone {phone.masked(known_by.value)}"}
    return {
        "name": first_name or "Member",
        "tier": "",
        "balance": balance,
        "can_pay": 0,
        "can_pay_worth": 0,
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
        "total": priced["total"] + priced["rounding"] if priced else amount,  # rounding has a line of its own
        "discounts": [{"offer": names.get(each["offer"], ""), "amount": each["amount"]} for each in gave],
    }


def fresh(till: TillAt) -> Draft:
    """A new basket, born now."""
    return Draft.born(till, clock.now())
