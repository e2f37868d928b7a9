"""What today's page counts: one statement each, over a span that an index knows, or kept for a minute where tables are big."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kit import sql
from regulars.loyalty.stores.queries import FOR_TESTS
from regulars.web.backoffice.periods import Period

WINDOW = 5_000
SAMPLE = 200_000
BIG = 100_000
KEPT_S = 60.0
_kept: dict[str, tuple[float, Any]] = {}


@dataclass(frozen=True, slots=True)
class Sales:
    """Receipts of one hour or day, of this period or the one before; money in minor units."""

    is_now: bool
    is_compared: bool
    place: datetime
    receipts: int
    with_member: int
    total: int
    total_with_member: int
    discount: int
    earned: int
    spent: int


@dataclass(frozen=True, slots=True)
class Joined:
    """How many registered in one hour or day."""

    is_now: bool
    is_compared: bool
    place: datetime
    members: int


@dataclass(frozen=True, slots=True)
class Buyers:
    """How many different members bought something."""

    is_now: bool
    members: int


@dataclass(frozen=True, slots=True)
class Book:
    """The sums of the last operations."""

    operations: int
    unbalanced: int
    sum_of_entries: int


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What all members have together, and what of it ends within thirty days."""

    points: int
    soon: int
    members: int


@dataclass(frozen=True, slots=True)
class Allowed:
    """Of the members who were asked, how many hear mailings by each channel; `share` below 100 is a sample."""

    members: int
    sms: int
    email: int
    push: int
    viber: int
    social: int
    share: float


_OF_PARTNER = f"(%(partner)s::bigint is null or partner_id = %(partner)s) and till_id not in ({FOR_TESTS})"
_IS_PERSON = (
    "not exists (select 1 from loyalty_members_member m where m.id = {of}.member_id and m.registered_via = 'test_key')"
)
_PLACES = """
       {column} >= %(since)s as is_now, {column} >= %(since)s or {column} < %(before_until)s as is_compared,
       date_trunc(%(unit)s, {column} at time zone %(zone)s) as place
"""
_SALES = f"""
select {_PLACES.format(column="confirmed_at")}, count(*) as receipts, count(member_id) as with_member,
       sum(total)::bigint as total, coalesce(sum(total) filter (where member_id is not null), 0)::bigint as total_with_member,
       sum(discount)::bigint as discount, sum(points_earned)::bigint as earned, sum(points_spent)::bigint as spent
  from loyalty_purchases_purchase
 where confirmed_at >= %(before_since)s and confirmed_at <= %(until)s and confirmed_at < %(ends)s and {_OF_PARTNER}
 group by 1, 2, 3
"""
_JOINED = f"""
select {_PLACES.format(column="registered_at")}, count(*) as members from loyalty_members_member
 where registered_at >= %(before_since)s and registered_at <= %(until)s and registered_at < %(ends)s
   and registered_via <> 'test_key' group by 1, 2, 3
"""
_BUYERS = f"""
select true as is_now, count(distinct member_id) as members from loyalty_purchases_purchase
 where confirmed_at >= %(since)s and confirmed_at <= %(until)s and confirmed_at < %(ends)s and {_OF_PARTNER}
union all
select false, count(distinct member_id) from loyalty_purchases_purchase
 where confirmed_at >= %(before_since)s and confirmed_at < %(before_until)s and {_OF_PARTNER}
"""
_BOOK = """
with recent as (select id, member_id from loyalty_points_operation where member_id is not null order by id desc limit %(window)s),
sums as (
  select r.id, sum(e.amount) as amount from recent r
    join loyalty_points_entry e on e.member_id = r.member_id and e.operation_id = r.id group by r.id, e.currency_id
)
select count(*) as operations, count(*) filter (where amount <> 0) as unbalanced,
       coalesce(sum(amount), 0)::bigint as sum_of_entries from sums
"""
_OUTSTANDING = f"""
select coalesce(sum(available + pending + held), 0)::bigint as points, count(*) as members,
       (select coalesce(sum(remaining - held), 0) from loyalty_points_lot l
         where remaining > held and expires_at > now() and expires_at < now() + interval '30 days'
           and {_IS_PERSON.format(of="l")})::bigint as soon
  from loyalty_points_balance b where {_IS_PERSON.format(of="b")}
"""
_ALLOWED = f"""
select count(*) as members, count(*) filter (where channels_on & 1 > 0) as sms,
       count(*) filter (where channels_on & 2 > 0) as email, count(*) filter (where channels_on & 4 > 0) as push,
       count(*) filter (where channels_on & 8 > 0) as viber, count(*) filter (where channels_on & 16 > 0) as social,
       %(share)s::float as share
  from loyalty_subscriptions_choice c tablesample system (%(share)s)
 where mailing_type_id = (select id from loyalty_subscriptions_mailingtype where code = 'mailings') and {_IS_PERSON.format(of="c")}
"""


def _span(period: Period, partner_id: int | None) -> dict[str, Any]:
    return {
        "zone": period.zone, "unit": period.unit, "since": period.since, "until": period.until, "ends": period.ends,
        "before_since": period.before_since, "before_until": period.before_until, "partner": partner_id,
    }  # fmt: skip


def list_sales(period: Period, partner_id: int | None) -> list[Sales]:
    """Receipts by hour or day of a period and of the whole one before."""
    return sql.fetch(Sales, _SALES, _span(period, partner_id))


def count_buyers(period: Period, partner_id: int | None) -> tuple[int, int]:
    """How many members bought something: in the period, and as far into the one before."""
    found = {each.is_now: each.members for each in sql.fetch(Buyers, _BUYERS, _span(period, partner_id))}
    return found.get(True, 0), found.get(False, 0)


def list_joined(period: Period) -> list[Joined]:
    """Who registered, by hour or day of a period and of the whole one before."""
    return sql.fetch(Joined, _JOINED, _span(period, None))


def sum_book() -> Book:
    """The sums of the last operations of the ledger; they are zero if the book balances."""
    found = sql.first(Book, _BOOK, {"window": WINDOW})
    assert found is not None
    return found


def sum_outstanding() -> Outstanding:
    """What all members have; at most a minute old where there are many."""
    return _keep("outstanding", "loyalty_points_balance", lambda: sql.first(Outstanding, _OUTSTANDING))


def count_allowed() -> Allowed:
    """Who hears mailings by which channel; of a big table a sample, at most a minute old."""
    table = "loyalty_subscriptions_choice"

    def read() -> Allowed | None:
        rows = sql.about(table)
        return sql.first(Allowed, _ALLOWED, {"share": 100.0 if rows <= SAMPLE else 100 * SAMPLE / rows})

    return _keep("allowed", table, read)


def _keep[Kept](key: str, table: str, read: Callable[[], Kept | None]) -> Kept:
    """Keep what takes long for a minute; small tables are asked each time."""
    known = _kept.get(key)
    if known is not None and time.monotonic() - known[0] < KEPT_S:
        return known[1]  # type: ignore[no-any-return]
    value = read()
    assert value is not None
    if sql.about(table) > BIG:
        _kept[key] = (time.monotonic(), value)
    return value
