"""Anna at her personal account: signed in on a browser of hers, with receipts when a test needs them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regulars.kit.actor import Actor
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.members import sign_in
from regulars.loyalty.members.models import Member
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.stores import queries as stores
from tests import cast, make

BROWSER = Actor("member", "", "account", ip="203.0.113.7")


@pytest.fixture
def anna(still_clock: Any) -> cast.Role:
    make.programme()
    return cast.anna()


def signed_in(member: Member, phone: str, client: Client | None = None, device: str = "Firefox · Android") -> Client:
    """A browser on which the member has typed a right code."""
    client = client or Client()
    asked = sign_in.ask_code(phone, at=make.AT)
    opened = sign_in.sign_in(phone, asked.code or "", device=device, by=BROWSER, at=make.AT)
    client.cookies["regulars_member"] = opened.token
    return client


@pytest.fixture
def phone(anna: cast.Role) -> Client:
    """Anna's phone, signed in."""
    return signed_in(anna.member, cast.ANNA.phone)


@pytest.fixture
def buy(still_clock: Any) -> Callable[..., str]:
    """Rings up a receipt for a member at one till; answers its public id. `5 % back` and `Bread −10 %` are on."""
    make.programme()
    make.group("bread")
    make.product("4006", name="Brown bread", group="bread", unit_price=250)
    till = stores.get_till(make.till(at_store=make.store("high-street")).pk)
    for told in (
        {"name": "5 % back in points", "benefit": "points", "basis_points": 500, "lifetime_days": 365},
        {"name": "10 % off bread", "benefit": "discount", "basis_points": 1000, "groups": ["bread"]},
    ):
        offers.publish(offers.draft(offers.NewOffer(**told), by=make.BY, at=make.AT), by=make.BY, at=make.AT)  # type: ignore[arg-type]

    def ring_up(member: Member | None, *, quantity: int = 2000) -> str:
        number = str(make.number())
        who = Identifier("member", member.public_id) if member else None
        basket = Basket((BasketLine(1, "4006", "", quantity, 250),), make.AT, "GBP", who)
        answer = checkout.confirm(number, basket, key=number, till=till, by=make.BY, at=make.AT)
        return str(answer["id"])

    return ring_up
