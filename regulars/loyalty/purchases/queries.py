"""Looks at receipts."""

from dataclasses import dataclass

from regulars.kit import sql
from regulars.kit.money import MAX_MONEY
from regulars.loyalty.purchases.models import Benefit, Line, Purchase, Tender


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


def list_for_member(member_id: int, limit: int = 20) -> list[Purchase]:
    """The member's receipts, newest first."""
    return list(Purchase.objects.filter(member_id=member_id).order_by("-sold_at")[:limit])


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
class Totals:
    """How many receipts there are, how many of them with a member, and their sum in minor units (at most what a bigint keeps)."""

    count: int
    with_member: int
    total: int


def count_totals() -> Totals:
    """Count all receipts."""
    found = sql.first(
        Totals,
        "select count(*) as count, count(member_id) as with_member,"
        f" least(coalesce(sum(total), 0), {MAX_MONEY})::bigint as total"
        " from loyalty_purchases_purchase",
    )
    assert found is not None
    return found


def list_numbers() -> set[str]:
    """The tills' own ids of all purchases, for a replay that goes on where it stopped."""
    return set(Purchase.objects.values_list("number", flat=True))


_POPULAR = """
with recent as (select till_id, id from loyalty_purchases_purchase order by confirmed_at desc limit 2000)
select l.sku from recent r
  join loyalty_purchases_line l on l.till_id = r.till_id and l.purchase_id = r.id
 where l.is_listed group by l.sku order by count(*) desc, l.sku limit %s
"""


def list_popular_skus(*, limit: int) -> list[str]:
    """The goods that stand on most of the last 2,000 receipts, the most bought first; one statement."""
    return [str(row["sku"]) for row in sql.fetch(dict, _POPULAR, [limit])]
