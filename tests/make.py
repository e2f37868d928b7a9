"""Builders for tests: each makes one thing through the room's own verbs, with sensible values for all that is not said.

    make.programme()                     the programme (GBP, GB, Europe/London), its points and base mailing types
    make.store(), make.till()            a store and a till with a partner behind them
    make.product("4006", unit_price=199, group="milk")
    make.member(first_name="Anna")       a registered member with a phone of their own
    make.card(member)                    an active card; without a member an issued one

Everything that needs the programme makes it when it is missing. Time is `make.AT` unless said.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from regulars.kit.actor import Actor
from regulars.loyalty.cards import actions as cards
from regulars.loyalty.cards import queries as card_queries
from regulars.loyalty.cards.models import Card, Series
from regulars.loyalty.goods import actions as goods
from regulars.loyalty.goods.models import Product
from regulars.loyalty.goods.rows import GroupRow, ProductRow
from regulars.loyalty.members.models import Member
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.programme import actions as programmes
from regulars.loyalty.programme import queries as programme_queries
from regulars.loyalty.programme.models import Programme
from regulars.loyalty.registration import actions as registration
from regulars.loyalty.stores import actions as stores
from regulars.loyalty.stores import queries as store_queries
from regulars.loyalty.stores.models import Partner, Store, Till
from regulars.loyalty.subscriptions import actions as subscriptions

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BY = Actor.system("test")
OPERATOR = Actor("employee", "operator-1", "contact_centre", ip="203.0.113.7")
_numbers = count(1)


def number() -> int:
    """A number that no other call of this process gets."""
    return next(_numbers)


def phone() -> str:
    """A phone number that nobody else in this process has."""
    return f"+44770{number():07}"


def programme(*, consent_mode: str = "hidden", currency: str = "GBP", **changes: Any) -> Programme:
    """The programme; made when it is missing, else as it is."""
    programme_queries.forget()
    store_queries.forget()
    subscriptions.add_base_types()
    if (known := programme_queries.find()) is not None:
        return known
    settings: dict[str, Any] = {"region": "GB", "time_zone": "Europe/London", **changes}
    return programmes.create("Corner Club", currency=currency, consent_mode=consent_mode, by=BY, at=AT, **settings)


def partner(code: str = "") -> Partner:
    """A company inside the programme."""
    programme()
    return stores.add_partner(code or f"partner-{number()}", name="Corner Market", by=BY, at=AT)


def store(code: str = "", *, of: Partner | None = None, time_zone: str = "Europe/London") -> Store:
    """A store of the partner `of`, or of a new one."""
    code = code or f"store-{number()}"
    return stores.add_store(of or partner(), code=code, name=f"Store {code}", time_zone=time_zone, by=BY, at=AT)


def till(code: str = "1", *, at_store: Store | None = None) -> Till:
    """An open till in a store, or in a new one."""
    return stores.open_till(at_store or store(), code=code, name=f"Till {code}", by=BY, at=AT)


def till_actor(of: Till) -> Actor:
    """The till as the one who acts."""
    return Actor("till", of.public_id, "api/pos")


def group(code: str, *, parent: str = "") -> str:
    """A product group; answers its code."""
    goods.add_groups([GroupRow(code, code.title(), parent)], by=BY, at=AT)
    return code


def product(sku: str = "", *, name: str = "", group: str = "", unit_price: int = 100, brand: str = "") -> Product:
    """A product; its group must exist (see `group`)."""
    sku = sku or f"sku-{number()}"
    goods.add_products([ProductRow(sku, name or f"Product {sku}", brand, group, unit_price)], by=BY, at=AT)
    return Product.objects.get(sku=sku)


def profile(**fields: Any) -> Profile:
    """What somebody says about themselves: a phone of their own unless told."""
    return Profile(
        **{"phone": phone(), "first_name": "Robin", "last_name": "Field", "birth_date": date(1990, 4, 1), **fields}
    )


def member(
    *, consent: bool | Mapping[str, Any] | None = None, store_id: int | None = None, at: datetime = AT, **fields: Any
) -> Member:
    """A registered member; `fields` are those of `Profile`, `consent` as in `registration.register`."""
    programme()
    told = profile(**fields)
    return registration.register(told, via="test", store_id=store_id, consent=consent, by=BY, at=at).member


def series(code: str = "club", *, prefix: str = "2600", length: int = 13, is_virtual: bool = False) -> Series:
    """A series of cards; made when it is missing."""
    if (known := card_queries.find_series(code)) is not None:
        return known
    return cards.add_series(
        code, name=f"{code} card", prefix=prefix, length=length, is_virtual=is_virtual, by=BY, at=AT
    )


def card(of: Member | None = None, *, in_series: Series | None = None, at: datetime = AT) -> Card:
    """An active card of the member; without one, an issued card that belongs to nobody."""
    return cards.issue(in_series or series(), member=of, by=BY, at=at)
