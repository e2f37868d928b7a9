"""Receipts: found by their number, each told as a story."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from regulars.loyalty.members.models import Member
from regulars.loyalty.purchases import queries as purchases
from regulars.loyalty.purchases.models import Purchase
from regulars.loyalty.stores.models import Partner, Store, Till
from regulars.web.backoffice import amounts, columns, filters, purchase_story, scopes
from regulars.web.backoffice.columns import Known
from regulars.web.backoffice.reading import Reading

FACTS = {"member_id": "Member", "store_id": "Store", "till_id": "Till", "partner_id": "Partner"}


class PurchasePages(Reading):
    """Confirmed receipts, newest first; they are facts, nobody changes them."""

    partner_field = "partner_id"
    nothing = "No receipt yet"
    example = "Tills tell them as they are confirmed; the till page sells one within a minute."

    ordering = ("-confirmed_at",)
    search_fields = ("=number", "=public_id")
    search_help_text = "The till's number of the receipt, or its public id"
    list_display = (
        "number", columns.moment("sold_at"), columns.link("store_id", "Store"), columns.link("member_id", "Member"),
        amounts.money("amount", "Before discount"), amounts.money("discount", "Our discount"),
        amounts.money("total", "Paid"), amounts.points("points_earned", "Points", signed=True),
    )  # fmt: skip
    list_filter = (filters.span("confirmed_at"),)
    knows: ClassVar[Any] = {"store_id": Store, "member_id": Member, "till_id": Till, "partner_id": Partner}
    fields = ("number",)
    change_form_template = "backoffice/purchase.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by the whole number or public id, by their indexes."""
        text = search_term.strip()
        if not text:
            return queryset, False
        found = purchases.list_by_number(text, partner_id=scopes.partner_of(request))
        return queryset.filter(pk__in=[each.pk for each in found]), False

    def find_exactly(self, request: HttpRequest, text: str) -> QuerySet[Any]:
        """The receipts with this number or public id."""
        return self.get_search_results(request, self.get_queryset(request), text)[0]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Tell the story of the receipt."""
        row: Purchase = kwargs["obj"]
        known: dict[str, Known] = row.known  # type: ignore[attr-defined]
        called = {field: each.label for field, each in known.items()}
        context |= {
            "story": purchase_story.of(row, called, lambda room: bool(request.user.has_perm(f"{room}.view"))),
            "paid": amounts.in_money(row.total),
            "earned": amounts.in_points(row.points_earned, signed=True) if row.points_earned else "",
            "facts": [
                (title, columns.linked(known[field].label, known[field].url))
                for field, title in FACTS.items()
                if field in known
            ],
        }
        return super().render_change_form(request, context, **kwargs)
