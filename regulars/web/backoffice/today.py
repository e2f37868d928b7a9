"""Today's page of Loyalty: what was sold, who came, which points moved, what was sent; short windows, one query each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from regulars.journal import queries as journal
from regulars.kit import clock, sql
from regulars.loyalty.members.models import Member
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores.models import Store
from regulars.messages.models import MessageState
from regulars.web.backoffice import amounts, columns
from regulars.web.backoffice.faces import Chart, Stat, Table
from regulars.web.shell import figures

WINDOW = 5_000
DAYS = 14


@dataclass(frozen=True, slots=True)
class Hour:
    """Receipts of one hour of today."""

    hour: int
    receipts: int
    with_member: int
    total: int
    points: int


@dataclass(frozen=True, slots=True)
class Day:
    """How many receipts a day had."""

    day: date
    receipts: int


@dataclass(frozen=True, slots=True)
class Counted:
    """How often something is there."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Book:
    """The sums of the last operations, and what all members have together."""

    operations: int
    unbalanced: int
    sum_of_entries: int
    outstanding: int


_HOURS = """
select extract(hour from confirmed_at at time zone %(zone)s)::int as hour, count(*) as receipts,
       count(member_id) as with_member, sum(total)::bigint as total, sum(points_earned)::bigint as points
  from loyalty_purchases_purchase where confirmed_at >= %(since)s and confirmed_at <= %(until)s
   and (%(partner)s::bigint is null or partner_id = %(partner)s) group by 1 order by 1
"""
_DAYS = """
select (sold_at at time zone %(zone)s)::date as day, count(*) as receipts
  from loyalty_purchases_purchase where sold_at >= %(since)s and sold_at <= %(until)s
   and (%(partner)s::bigint is null or partner_id = %(partner)s) group by 1 order by 1
"""
_MESSAGES = """
select state as name, count(*) as count
  from (select state from messages_message where system = 'loyalty' order by id desc limit %(window)s) recent
 group by 1 order by 2 desc, 1
"""
_BOOK = """
with recent as (select id, member_id from loyalty_points_operation where member_id is not null order by id desc limit %(window)s),
sums as (
  select r.id, sum(e.amount) as amount from recent r
    join loyalty_points_entry e on e.member_id = r.member_id and e.operation_id = r.id group by r.id, e.currency_id
)
select count(*) as operations, count(*) filter (where amount <> 0) as unbalanced,
       coalesce(sum(amount), 0)::bigint as sum_of_entries,
       (select coalesce(sum(available + pending + held), 0) from loyalty_points_balance)::bigint as outstanding
  from sums
"""
_PEOPLE = """
select 'members' as name,
       case when c.reltuples > 100000 then c.reltuples::bigint
            else (select count(*) from loyalty_members_member where state = 'active') end as count
  from pg_class c where c.oid = 'loyalty_members_member'::regclass
"""


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add today's figures to the page, each for those who may see its room."""
    at = clock.now()

    def may(room: str) -> bool:
        return bool(request.user.has_perm(f"{room}.view"))

    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    partner_id = getattr(request.user, "partner_id", None)
    hours = _hours(midnight, at, partner_id) if may("purchases") else []
    context |= {
        "as_of": figures.moment(at),
        "stats": [each for room, each in _stats(hours, may) if may(room)],
        "charts": list(_charts(hours, midnight, at, partner_id)) if may("purchases") else [],
        "tables": list(_tables(request, may)),
        "book": _book() if may("points") else None,
    }
    return context


def _span(since: datetime, until: datetime, partner_id: int | None) -> dict[str, Any]:
    zone = timezone.get_current_timezone_name()
    return {"zone": zone, "since": since, "until": until, "partner": partner_id}


def _hours(midnight: datetime, at: datetime, partner_id: int | None) -> list[Hour]:
    return sql.fetch(Hour, _HOURS, _span(midnight, at, partner_id))


def _stats(hours: list[Hour], may: Callable[[str], bool]) -> Iterator[tuple[str, Stat]]:
    receipts, with_member = sum(each.receipts for each in hours), sum(each.with_member for each in hours)
    share = f"{round(100 * with_member / receipts)} % with a member" if receipts else "the first one is still to come"
    yield "purchases", Stat("Receipts today", figures.number(receipts), share)
    yield "purchases", Stat("Paid today", amounts.in_money(sum(each.total for each in hours)), "after all discounts")
    yield (
        "purchases",
        Stat("Points issued today", amounts.in_points(sum(each.points for each in hours)), "on receipts", tone="honey"),
    )
    if may("members"):
        yield "members", Stat("Members", figures.number(sql.fetch(Counted, _PEOPLE)[0].count), "in the programme")
    if may("journal"):
        waiting, oldest = journal.count_waiting(), journal.oldest_waiting()
        note = f"the oldest was due {figures.moment(oldest)}" if oldest else "nothing is late"
        yield "journal", Stat("Reactions waiting", figures.number(waiting), note)


def _book() -> Stat | None:
    found = sql.first(Book, _BOOK, {"window": WINDOW})
    if found is None or not found.operations:
        return Stat(
            "Points outstanding",
            amounts.in_points(found.outstanding if found else 0),
            "The book is empty.",
            tone="honey",
        )
    said = f"The last {figures.number(found.operations)} operations sum to {figures.number(found.sum_of_entries)}"
    said += "." if not found.unbalanced else f"; {found.unbalanced} of them do not balance. Run the audit of the book."
    return Stat(
        "Points outstanding", amounts.in_points(found.outstanding), said, tone="red" if found.unbalanced else "honey"
    )


def _receipts(count: int) -> str:
    return f"{figures.number(count)} {'receipt' if count == 1 else 'receipts'}"


def _charts(hours: list[Hour], midnight: datetime, at: datetime, partner_id: int | None) -> Iterator[Chart]:
    by_hour = {each.hour: each.receipts for each in hours}
    last = timezone.localtime(at).hour
    labels = [f"{hour:02}:00" for hour in range(last + 1)]
    values = [by_hour.get(hour, 0) for hour in range(last + 1)]
    busiest = max(range(last + 1), key=lambda hour: values[hour])
    said = f"{_receipts(sum(values))} so far; the busiest hour began at {labels[busiest]}." if any(values) else ""
    yield Chart("Receipts that came in today, by hour", said, labels, values, "Receipts")
    yield _days(midnight, at, partner_id)


def _days(midnight: datetime, at: datetime, partner_id: int | None) -> Chart:
    first = midnight - timedelta(days=DAYS - 1)
    found = {each.day: each.receipts for each in sql.fetch(Day, _DAYS, _span(first, at, partner_id))}
    days = [(first + timedelta(days=place)).date() for place in range(DAYS)]
    values = [found.get(day, 0) for day in days]
    a_day = round(sum(values) / DAYS)
    said = (
        f"{_receipts(sum(values))} in {DAYS} days{f', {figures.number(a_day)} a day' if a_day else ''}."
        if any(values)
        else ""
    )
    return Chart(
        f"Receipts by day of sale, last {DAYS} days", said, [f"{day:%-d %b}" for day in days], values, "Receipts"
    )


def _tables(request: HttpRequest, may: Callable[[str], bool]) -> Iterator[Table]:
    if may("purchases"):
        yield _last_purchases(getattr(request.user, "partner_id", None), names=may("members"))
    if may("messages"):
        found = sql.fetch(Counted, _MESSAGES, {"window": WINDOW})
        rows = [
            [
                columns.dotted(MessageState(each.name).label, columns.TONES.get(each.name, "")),
                figures.number(each.count),
            ]
            for each in found
        ]
        title = f"Messages: the last {figures.number(WINDOW)} by state"
        yield Table(title, ["State", "Messages"], rows, "No message was queued yet.", figures=frozenset({1}))


def _last_purchases(partner_id: int | None, *, names: bool) -> Table:
    found = Purchase.objects.order_by("-confirmed_at")
    last = list((found if partner_id is None else found.filter(partner_id=partner_id))[:8])
    stores = Store.objects.in_bulk({each.store_id for each in last})
    people = Member.objects.in_bulk({each.member_id for each in last if each.member_id}) if names else {}
    rows = [
        [
            figures.moment(each.sold_at),
            str(stores.get(each.store_id, each.store_id)),
            str(people.get(each.member_id, "a member")) if each.member_id else columns.NOTHING,
            amounts.in_money(each.total),
            amounts.in_points(each.points_earned, signed=True),
        ]
        for each in last
    ]
    heads = ["Sold", "Store", "Member", "Paid", "Points"]
    return Table("Last receipts", heads, rows, "No receipt yet. Sell something at the till.", figures=frozenset({3, 4}))
