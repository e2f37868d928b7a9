"""Looks at receipts."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from regulars.kit import sql
from regulars.kit.money import MAX_MONEY
from regulars.loyalty.purchases.models import Benefit, Line, Purchase, Tender
from regulars.loyalty.stores.models import Till
from regulars.loyalty.stores.queries import FOR_TESTS


@dataclass(frozen=True, slots=True)
class Story:
    """A receipt with its lines, how it was paid and what each offer gave."""

    purchase: Purchase
    lines: list[Line]
    tenders: list[Tender]
    benefits: list[Benefit]


def add_outcomes(batch: sql.Batch, till_id: int, number: str) -> int:
    """Add the look for what became of each offer on a receipt; one row of `outcomes`."""
    return batch.add(
        "select outcomes from loyalty_purchases_purchase where till_id = %s and number = %s", [till_id, number]
    )


def add_is_confirmed(batch: sql.Batch, till_id: int, number: str) -> int:
    """Add the question whether a till has confirmed a purchase; one row if so, else none."""
    return batch.add("select 1 from loyalty_purchases_purchase where till_id = %s and number = %s", [till_id, number])


def list_for_member(member_id: int, limit: int = 20, *, partner_id: int | None = None) -> list[Purchase]:
    """The member's receipts, newest first; with a partner, only those of its stores."""
    found = Purchase.objects.filter(member_id=member_id)
    if partner_id is not None:
        found = found.filter(partner_id=partner_id)
    return list(found.order_by("-sold_at")[:limit])


def list_by_number(number: str, *, partner_id: int | None = None, limit: int = 20) -> list[Purchase]:
    """The receipts with this number, as the tills told it, or with this public id, newest first.

    Each till numbers its own receipts, so there may be several. The index leads with the till, so all tills are named:
    one probe for each, whatever the number of receipts. With a partner, only those of its stores.
    """
    tills = list(Till.objects.values_list("id", flat=True))
    found = Purchase.objects.filter(Q(till_id__in=tills, number=number) | Q(public_id=number))
    if partner_id is not None:
        found = found.filter(partner_id=partner_id)
    return list(found.order_by("-sold_at")[:limit])


def get_many(purchase_ids: list[int]) -> dict[int, Purchase]:
    """Receipts by id."""
    return {purchase.pk: purchase for purchase in Purchase.objects.filter(pk__in=purchase_ids)}


def list_of_operations(member_id: int, operation_ids: list[int]) -> dict[int, Purchase]:
    """The member's receipts by the operations of the ledger that made them."""
    found = Purchase.objects.filter(member_id=member_id, operation_id__in=operation_ids)
    return {purchase.operation_id: purchase for purchase in found}


def find_story(public_id: str) -> Story | None:
    """One receipt with everything that belongs to it, or None."""
    purchase = Purchase.objects.filter(public_id=public_id).first()
    if purchase is None:
        return None
    belongs = {"till_id": purchase.till_id, "purchase_id": purchase.pk}
    return Story(
        purchase,
        list(Line.objects.filter(**belongs).order_by("number")),
        list(Tender.objects.filter(**belongs).order_by("number")),
        list(Benefit.objects.filter(**belongs).order_by("line_number", "offer_id")),
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A receipt as the till that told it is answered, to compare with its own: money in minor units, points in the smallest."""

    place: int
    id: str
    purchase: str
    sold_at: datetime
    confirmed_at: datetime
    member: str | None
    amount: int
    discount: int
    rounding: int
    total: int
    points_spent: int
    points: int


_OF_TILL = """
select p.id as place, p.public_id as id, p.number as purchase, p.sold_at, p.confirmed_at, m.public_id as member, p.amount,
       p.discount, p.rounding, p.total, p.points_spent, p.points_earned as points
  from loyalty_purchases_purchase p left join loyalty_members_member m on m.id = p.member_id
 where p.till_id = %(till_id)s and p.confirmed_at >= coalesce(%(since)s::timestamptz, '-infinity')
   and (p.confirmed_at, p.id) < (coalesce(%(before)s::timestamptz, 'infinity'), %(before_id)s)
 order by p.confirmed_at desc, p.id desc limit %(limit)s
"""


def list_of_till(
    till_id: int, *, since: datetime | None = None, before: tuple[datetime, int] | None = None, limit: int
) -> list[Told]:
    """The receipts of one till since a time, newest first; `before` is the `confirmed_at` and `place` of a receipt."""
    at, place = before or (None, 0)
    params = {"till_id": till_id, "since": since, "before": at, "before_id": place, "limit": limit}
    return sql.fetch(Told, _OF_TILL, params)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many receipts there are, how many of them with a member, and their sum in minor units (at most what a bigint keeps)."""

    count: int
    with_member: int
    total: int


def count_totals() -> Totals:
    """Count all receipts, those of tests apart."""
    found = sql.first(
        Totals,
        "select count(*) as count, count(member_id) as with_member,"
        f" least(coalesce(sum(total), 0), {MAX_MONEY})::bigint as total"
        f" from loyalty_purchases_purchase where till_id not in ({FOR_TESTS})",
    )
    assert found is not None
    return found


def list_numbers() -> set[str]:
    """The tills' own ids of all purchases, for a replay that goes on where it stopped."""
    return set(Purchase.objects.values_list("number", flat=True))


_POPULAR = f"""
with recent as (
  select till_id, id from loyalty_purchases_purchase where till_id not in ({FOR_TESTS})
   order by confirmed_at desc limit 2000)
select l.sku from recent r
  join loyalty_purchases_line l on l.till_id = r.till_id and l.purchase_id = r.id
 where l.is_listed group by l.sku order by count(*) desc, l.sku limit %s
"""


def list_popular_skus(*, limit: int) -> list[str]:
    """The goods that stand on most of the last 2,000 receipts, the most bought first; one statement."""
    return [str(row["sku"]) for row in sql.fetch(dict, _POPULAR, [limit])]
