"""Looks at partners, stores and tills; where a till stands is kept in the process for at most a minute."""

import time
from dataclasses import dataclass

from regulars.kit import sql
from regulars.kit.refusal import NotFound
from regulars.loyalty.stores.models import Partner, Store

KEPT_S = 60.0
_kept: dict[int, tuple[float, "TillAt"]] = {}
_TILL_AT = """
select t.id as till_id, t.public_id as till_public_id, t.name as till_name, t.is_open, s.id as store_id,
       s.public_id as store_public_id, s.code as store_code, s.name as store_name, s.partner_id, s.time_zone
  from loyalty_stores_till t join loyalty_stores_store s on s.id = t.store_id
"""


@dataclass(frozen=True, slots=True)
class TillAt:
    """A till and where it stands."""

    till_id: int
    till_public_id: str
    till_name: str
    is_open: bool
    store_id: int
    store_public_id: str
    store_code: str
    store_name: str
    partner_id: int
    time_zone: str


class UnknownTill(NotFound):
    """No till has that id."""

    code = "till_unknown"


def get_till(till_id: int) -> TillAt:
    """The till and where it stands, at most a minute old; raises `UnknownTill`."""
    known = _kept.get(till_id)
    if known is not None and time.monotonic() - known[0] < KEPT_S:
        return known[1]
    till = sql.first(TillAt, f"{_TILL_AT} where t.id = %s", [till_id])
    if till is None:
        raise UnknownTill("There is no such till.", field="till_id")
    _kept[till_id] = (time.monotonic(), till)
    return till


def find_till(public_id: str) -> TillAt | None:
    """The till with this public id as it is now, or None."""
    return sql.first(TillAt, f"{_TILL_AT} where t.public_id = %s", [public_id])


def list_tills() -> list[TillAt]:
    """All open tills with their stores."""
    return sql.fetch(TillAt, f"{_TILL_AT} where t.is_open order by s.code, t.code")


def list_stores(partner: Partner | None = None) -> list[Store]:
    """All stores, or those of one partner."""
    stores = Store.objects.order_by("code")
    return list(stores if partner is None else stores.filter(partner=partner))


def forget() -> None:
    """Drop what this process keeps, so that the next look asks the database."""
    _kept.clear()
