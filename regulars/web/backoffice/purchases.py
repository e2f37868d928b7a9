"""Receipts with their lines, what each offer gave, and why the others did not."""

from collections.abc import Iterable

from regulars.loyalty.members.models import Member
from regulars.loyalty.offers.models import Offer
from regulars.loyalty.purchases.models import Benefit, Line, Purchase, Tender
from regulars.loyalty.stores.models import Partner, Store, Till
from regulars.web.backoffice import amounts, columns, filters
from regulars.web.backoffice.faces import Table
from regulars.web.backoffice.reading import Reading
from regulars.web.shell import figures

WHY = {
    "given": "Given", "lost": "Gave way", "below_minimum": "Receipt too small", "nothing_left": "Nothing left to give",
    "other_store": "Other stores", "needs_member": "No card", "cannot_earn": "Cannot earn", "no_goods": "Other goods",
}  # fmt: skip


class PurchasePages(Reading):
    """Confirmed receipts, newest first; they are facts, nobody changes them."""

    partner_field = "partner_id"

    ordering = ("-confirmed_at",)
    search_fields = ("=number", "=public_id")
    search_help_text = "The till's number of the receipt, or its public id"
    list_display = (
        "number", columns.moment("sold_at"), columns.link("store_id", "Store"), columns.link("member_id", "Member"),
        amounts.money("amount", "Before discount"), amounts.money("discount", "Our discount"),
        amounts.money("total", "Paid"), amounts.points("points_earned", "Points", signed=True),
    )  # fmt: skip
    list_filter = (filters.span("confirmed_at"),)
    knows = {"store_id": Store, "member_id": Member, "till_id": Till, "partner_id": Partner}
    fieldsets = (
        ("Receipt", {"fields": (
            "number", columns.moment("sold_at"), columns.moment("confirmed_at"), columns.link("member_id", "Member"),
            columns.link("partner_id", "Partner"), columns.link("store_id", "Store"), columns.link("till_id", "Till"),
            "public_id",
        )}),
        ("Sums", {"fields": (
            amounts.money("amount", "Before any discount"), amounts.money("till_discount", "Discount by the till"),
            amounts.money("discount", "Discount by our offers"), amounts.money("rounding", "Taken off by rounding"),
            amounts.money("total", "Paid"), amounts.money("paid_with_points", "Paid with points"),
            amounts.points("points_spent", "Points spent"),
            amounts.points("points_earned", "Points earned", signed=True),
            columns.number("offers_version", "Version of offers"),
        )}),
    )  # fmt: skip

    def belongings(self, row: Purchase) -> Iterable[Table]:
        """Lines, tenders, benefits, and the answer of each offer."""
        belongs = {"till_id": row.till_id, "purchase_id": row.pk}
        yield _lines(Line.objects.filter(**belongs).order_by("number"))
        yield _tenders(Tender.objects.filter(**belongs).order_by("number"))
        yield _benefits(Benefit.objects.filter(**belongs).order_by("line_number", "offer_id"))
        yield _outcomes(row)


def _lines(found: Iterable[Line]) -> Table:
    rows = [
        [
            each.number, each.name if each.is_listed else f"{each.name} (unlisted)", figures.quantity(each.quantity),
            amounts.in_money(each.unit_price), amounts.in_money(each.till_discount + each.discount),
            amounts.in_money(each.rounding), amounts.in_money(each.total), amounts.in_money(each.paid_with_points),
        ]
        for each in found
    ]  # fmt: skip
    heads = ["Line", "Product", "Quantity", "Price", "Discounts", "Rounding", "Paid", "With points"]
    return Table("Lines", heads, rows, "This receipt has no lines.", figures=frozenset(range(2, 8)))


def _tenders(told: Iterable[Tender]) -> Table:
    rows = [[each.type.capitalize(), amounts.in_money(each.amount)] for each in told]
    return Table("How it was paid", ["Tender", "Amount"], rows, "The till told no tenders.", figures=frozenset({1}))


def _benefits(given: Iterable[Benefit]) -> Table:
    found = list(given)
    names = {each.pk: each.name for each in Offer.objects.filter(pk__in={each.offer_id for each in found})}
    rows = [
        [
            each.line_number, names.get(each.offer_id, f"Offer {each.offer_id}"), each.kind.capitalize(),
            amounts.in_points(each.amount) if each.kind == "points" else amounts.in_money(each.amount),
        ]
        for each in found
    ]  # fmt: skip
    return Table(
        "What the offers gave",
        ["Line", "Offer", "Kind", "Amount"],
        rows,
        "No offer gave anything.",
        figures=frozenset({3}),
    )


def _outcomes(row: Purchase) -> Table:
    rows = [
        [each.get("name", ""), WHY.get(each.get("code", ""), each.get("code", "")), each.get("sentence", "")]
        for each in row.outcomes
        if isinstance(each, dict)
    ]
    return Table("Why each offer did or did not", ["Offer", "Answer", "In words"], rows, "No offers were published.")
