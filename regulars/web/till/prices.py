"""What the basket costs at this moment, asked anew after every act; a customer who may not buy is taken off and named."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from regulars.kit.refusal import Refusal
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout import queries
from regulars.loyalty.checkout.queries import Customer
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.stores.queries import TillAt
from regulars.web.till.basket import Draft


@dataclass(frozen=True, slots=True)
class Priced:
    """A basket with its promised price; `answer` is None while it is empty or cannot be priced, `refusal` says why."""

    draft: Draft
    answer: dict[str, Any] | None = None
    customer: Customer | None = None
    refusal: str = ""


def price(draft: Draft, till: TillAt, at: datetime) -> Priced:
    """Calculate the basket and write the promised price into it."""
    identifier = draft.state.customer
    try:
        customer = queries.find_customer(identifier, for_tests=till.is_for_tests, at=at) if identifier else None
    except Refusal as refusal:
        nobody = replace(draft, state=replace(draft.state, customer=None))
        return replace(price(nobody, till, at), refusal=refusal.message)
    if not draft.state.lines:
        return Priced(draft, customer=customer)
    asked = replace(draft, sold_at=at.isoformat(), quote="")
    try:
        basket = asked.as_basket(programme.get().currency, at)
        answer = checkout.calculate(asked.purchase, basket, till=till, at=at)
    except Refusal as refusal:
        return Priced(asked, customer=customer, refusal=refusal.message)
    # Points may wait although the page does not know it, because an answer got lost: then they can be taken off again.
    held_for = asked.held_for or (identifier if answer["reserved"] else None)
    return Priced(replace(asked, quote=answer["quote"], held_for=held_for), answer, customer)
