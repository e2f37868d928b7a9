"""A till, and a member with a card and points: says to the checkout what a till would say."""

from datetime import datetime
from typing import Any

from regulars.loyalty.checkout import actions as checkout
from regulars.loyalty.checkout.basket import Basket, BasketLine, Tender
from regulars.loyalty.checkout.payment import MAX, Wanted
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.offers import actions as offers
from regulars.loyalty.points import actions as points
from regulars.loyalty.points import operations, queries
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.stores import queries as stores
from tests import make

ALL = MAX


class Counter:
    """Sells tea for 5.00; whoever shows a card gets 5 % of what is paid in money."""

    def __init__(self, granted: int = 1000, **settings: Any) -> None:
        make.programme(**settings)
        self.member = make.member()
        self.card = make.card(self.member)
        self.who: Identifier | None = Identifier("card", self.card.number)
        self.till = stores.get_till(make.till().pk)
        offer = offers.draft(
            offers.NewOffer(name="5 % back", benefit="points", basis_points=500), by=make.BY, at=make.AT
        )
        offers.publish(offer, by=make.BY, at=make.AT)
        if granted:
            self.grant(granted)

    def grant(self, amount: int, **told: Any) -> None:
        key = operations.key("test", f"grant {make.number()}", {})
        points.grant(self.member.pk, amount, key=key, by=make.BY, at=make.AT, **told)

    def basket(self, price: int = 500, tenders: dict[str, int] | None = None, quote: str = "") -> Basket:
        lines = (BasketLine(1, "4006", "Tea", 1000, price),)
        told = tuple(Tender(kind, amount) for kind, amount in (tenders or {}).items())
        return Basket(lines, make.AT, "GBP", self.who, quote, told)

    def calculate(self, purchase: str = "r1", at: datetime = make.AT, **basket: Any) -> dict[str, Any]:
        return checkout.calculate(purchase, self.basket(**basket), till=self.till, at=at)

    def reserve(
        self, wanted: Wanted = ALL, purchase: str = "r1", key: str = "", at: datetime = make.AT, **basket: Any
    ) -> dict[str, Any]:
        key = key or f"reserve {make.number()}"
        return checkout.reserve(purchase, self.basket(**basket), wanted, key=key, till=self.till, by=make.BY, at=at)

    def confirm(self, purchase: str = "r1", key: str = "", at: datetime = make.AT, **basket: Any) -> dict[str, Any]:
        key = key or f"confirm {make.number()}"
        return checkout.confirm(purchase, self.basket(**basket), key=key, till=self.till, by=make.BY, at=at)

    def cancel(self, purchase: str = "r1", key: str = "", at: datetime = make.AT) -> dict[str, Any]:
        key = key or f"cancel {make.number()}"
        return checkout.cancel(purchase, key=key, till=self.till, by=make.BY, at=at)

    def account(self, at: datetime = make.AT) -> tuple[int, int]:
        """What the member can use, and what is held; and the whole book balances."""
        assert queries.audit().holds(), queries.audit()
        balance = queries.get_balance(self.member.pk, programme.get_currency().pk, at=at)
        return balance.available, balance.held
