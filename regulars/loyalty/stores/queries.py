"""Looks at partners, stores and tills; where a till stands is kept in the process for at most a minute."""

import time
from dataclasses import dataclass, replace

from regulars.access import queries as access
from regulars.kit import reach, sql
from regulars.kit.refusal import NotFound
from regulars.loyalty.stores.models import Partner, Store
from regulars.loyalty.stores.rows import TEST_KEY

KEPT_S = 60.0
_kept: dict[int, tuple[float, "TillAt"]] = {}
_TILL_AT = """
select t.id as till_id, t.public_id as till_public_id, t.name as till_name,
       t.is_open and coalesce(own.is_open, true) as is_open, s.id as store_id,
       s.public_id as store_public_id, s.code as store_code, s.name as store_name, s.partner_id, s.time_zone,
       t.test_of_id is not null as is_for_tests
  from loyalty_stores_till t join loyalty_stores_store s on s.id = t.store_id
  left join loyalty_stores_till own on own.id = t.test_of_id
"""
FOR_TESTS = "select id from loyalty_stores_till where test_of_id is not null"
_REACH = {"test": reach.NOBODY, "team": reach.TEAM, "live": reach.EVERYBODY}


@dataclass(frozen=True, slots=True)
class TillAt:
    """A till and where it stands; `reach` says how far what it does with the key that it showed may reach."""

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
    is_for_tests: bool = False
    reach: str = reach.EVERYBODY

    @property
    def joins_via(self) -> str:
        """The door by which people join here: they are members, or exist for tests only."""
        return TEST_KEY if self.is_for_tests else "till"


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


def find_by_key(key: str) -> TillAt | None:
    """The open till that holds this key, or None. A key or till that is gone is known for a minute at most."""
    holder = access.find_holder(key)
    till = get_till(holder.till_id) if holder is not None else None
    if holder is None or till is None or not till.is_open:
        return None
    return replace(till, reach=_REACH[holder.kind]) if holder.kind != "live" else till


def find_till(public_id: str) -> TillAt | None:
    """The till with this public id as it is now, or None."""
    return sql.first(TillAt, f"{_TILL_AT} where t.public_id = %s", [public_id])


def list_tills() -> list[TillAt]:
    """All open tills with their stores, without those that stand in for tests."""
    return sql.fetch(TillAt, f"{_TILL_AT} where t.is_open and t.test_of_id is null order by s.code, t.code")


def find_store(store_id: int) -> Store | None:
    """The store with this inner id, or None."""
    return Store.objects.filter(id=store_id).first()


def list_stores(partner: Partner | None = None) -> list[Store]:
    """All stores, or those of one partner."""
    stores = Store.objects.order_by("code")
    return list(stores if partner is None else stores.filter(partner=partner))


def forget() -> None:
    """Drop what this process keeps, so that the next look asks the database."""
    _kept.clear()
