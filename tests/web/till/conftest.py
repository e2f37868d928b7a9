"""A till page that is signed in, with goods, a member with a card, and offers that give something."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from regulars.access import actions as access
from regulars.loyalty.offers import actions as offers
from regulars.web.till import sign_in, tiles
from tests import cast, make


class TillPage:
    """A cashier without script: every act posts the basket that the page before carried."""

    def __init__(self) -> None:
        self.till = make.till("3", at_store=make.store("17"))
        self.key = access.issue_till_key(self.till.pk, by=make.BY, at=make.AT)
        self.client = Client()
        self.client.cookies[sign_in.COOKIE] = self.key
        self.page = self.client.get("/till/")

    def act(self, name: str, **fields: Any) -> Any:
        """Do one act with the basket at hand; answers what the page shows."""
        self.page = self.client.post(f"/till/{name}", {"basket": self.basket, **fields})
        assert self.page.status_code == 200
        return self.shown

    def scan(self, code: str) -> Any:
        return self.act("scan", code=code)

    @property
    def basket(self) -> str:
        found = re.search(r'name="basket" value="([^"]*)"', self.page.content.decode())
        assert found
        return found[1]

    @property
    def shown(self) -> Any:
        return self.page.context

    @property
    def text(self) -> str:
        return self.page.content.decode()

    @property
    def rung_up(self) -> list[tuple[str, int, int]]:
        """Name, quantity and total of the lines, newest first."""
        return [(line["name"], line["quantity"], line["total"]) for line in self.shown["lines"]]


@pytest.fixture(autouse=True)
def no_tiles_are_remembered() -> None:
    tiles.forget()


@pytest.fixture
def goods(db: None) -> None:
    make.programme()
    make.group("drinks")
    make.product("4006", name="Black tea", unit_price=250)
    make.product("5001", name="Cola", group="drinks", unit_price=169)
    make.product("7", name="Loose pears", unit_price=300)


@pytest.fixture
def anna(goods: None) -> cast.Role:
    return cast.anna()


@pytest.fixture
def offer(goods: None) -> None:
    for new in (
        offers.NewOffer(name="10 % off drinks", benefit="discount", basis_points=1000, groups=("drinks",)),
        offers.NewOffer(name="5 % back", benefit="points", basis_points=500),
    ):
        offers.publish(offers.draft(new, by=make.BY, at=make.AT), by=make.BY, at=make.AT)


@pytest.fixture
def page(goods: None, still_clock: datetime) -> TillPage:
    return TillPage()
