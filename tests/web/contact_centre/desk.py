"""An operator's desk for tests: somebody signed in at the contact centre, and Anna with a purchase to ask about."""

from django.test import Client

from regulars.access import actions as access
from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.stores import queries as stores
from regulars.loyalty.stores.models import Till
from tests import cast, make

HOME = "/contact-centre/"


def signed_in(*roles: str, partner_id: int | None = None, login: str = "") -> Client:
    """A browser in which an employee with these roles is signed in."""
    login = login or f"employee-{make.number()}"
    employee = access.add_employee(
        login, name="Olga Berg", roles=roles, password=None, partner_id=partner_id, by=make.BY, at=make.AT
    )
    client = Client(REMOTE_ADDR="203.0.113.9")
    client.force_login(employee)
    return client


def page_of(role: cast.Role, path: str = "") -> str:
    """The address of a page about this member."""
    return f"{HOME}members/{role.member.public_id}/{path}"


def anna() -> cast.Role:
    """Anna, who joined at a store, with an offer that gives her points."""
    make.programme()
    make.product("4006", name="Brown bread", unit_price=250)
    back = offers.NewOffer(name="5 % back in points", benefit="points", basis_points=500, lifetime_days=365)
    offers.publish(offers.draft(back, by=make.BY, at=make.AT), by=make.BY, at=make.AT)
    return cast.anna()


def buy(role: cast.Role, number: str, *, at_till: Till | None = None, loaves: int = 40) -> Till:
    """A receipt of hers; answers the till."""
    till = at_till or make.till(at_store=make.store("High Street"))
    basket = Basket(
        (BasketLine(1, "4006", "", loaves * 1000, 250),), make.AT, "GBP", Identifier("card", role.card.number)
    )
    checkout.confirm(number, basket, key=number, till=stores.get_till(till.pk), by=make.BY, at=make.AT)
    return till
