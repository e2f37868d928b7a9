"""The points ledger: balances, lots, operations and the lines of the book. It is looked at, never typed into."""

from collections.abc import Iterable

from regulars.loyalty.members.models import Member
from regulars.loyalty.offers.models import Offer
from regulars.loyalty.points.models import Account, Draw, Entry, Hold, Operation
from regulars.loyalty.programme.models import PointsCurrency
from regulars.loyalty.purchases.models import Purchase
from regulars.web.backoffice import amounts, columns, filters
from regulars.web.backoffice.faces import Table
from regulars.web.backoffice.reading import Reading
from regulars.web.shell import figures

WHOSE = {"member_id": Member, "currency_id": PointsCurrency}
MEMBER = columns.link("member_id", "Member")
CURRENCY = columns.link("currency_id", "Currency")


class BalancePages(Reading):
    """What each member has; equal to the sum of the member's entries."""

    list_display = (
        MEMBER, CURRENCY, amounts.points("available"), amounts.points("pending", "Not yet usable"),
        amounts.points("held"), amounts.points("debt"),
    )  # fmt: skip
    list_display_links = (MEMBER,)
    knows = WHOSE
    fields = list_display


class LotPages(Reading):
    """Points that came together: since when and until when they can be spent."""

    list_display = (
        MEMBER, amounts.points("amount", "Came in"), amounts.points("remaining", "Left"), amounts.points("held"),
        columns.moment("activates_at", "Usable from"), columns.moment("expires_at", "Expires"),
        columns.words("source_kind", "From"),
    )  # fmt: skip
    list_filter = (filters.choice("source_kind"), filters.span("expires_at"))
    knows = {**WHOSE, "offer_id": Offer, "purchase_id": Purchase, "operation_id": Operation}
    fieldsets = (
        ("Points", {"fields": (
            MEMBER, CURRENCY, amounts.points("amount", "Came in"), amounts.points("remaining", "Left"),
            amounts.points("held"),
        )}),
        ("When", {"fields": (columns.moment("activates_at", "Usable from"), columns.moment("expires_at", "Expires"))}),
        ("Where from", {"fields": (
            columns.words("source_kind", "From"), columns.link("offer_id", "Offer"),
            columns.link("purchase_id", "Receipt"),
            columns.link("operation_id", "Operation"),
        )}),
    )  # fmt: skip


class EntryPages(Reading):
    """Lines of the book; those of one operation sum to zero."""

    list_display = (
        columns.moment("recorded_at", "When"), columns.words("account"), amounts.points("amount", signed=True), MEMBER,
        columns.number("operation_id", "Operation"),
    )  # fmt: skip
    list_filter = (filters.choice("account"), filters.span("recorded_at"))
    knows = {**WHOSE, "operation_id": Operation}
    fields = (
        columns.moment("recorded_at", "When"), columns.words("account"), amounts.points("amount", signed=True), MEMBER,
        CURRENCY, columns.link("operation_id", "Operation"),
    )  # fmt: skip


class OperationPages(Reading):
    """What moved points, or could have: one row per thing done once."""

    search_fields = ("=external_key",)
    search_help_text = "The whole key, such as the till's number of the receipt"
    list_display = (
        columns.moment("recorded_at", "When"), columns.words("kind"), MEMBER, columns.text("source"),
        columns.text("external_key", "Key", longest=40),
    )  # fmt: skip
    list_filter = (filters.choice("kind"), filters.span("recorded_at"))
    knows = {"member_id": Member}
    fieldsets = (
        ("Operation", {"fields": (
            columns.moment("recorded_at", "When"), columns.words("kind"), MEMBER, columns.text("source"),
            columns.text("external_key", "Key"),
        )}),
        ("Who did it", {"fields": ("by_kind", "by_id", "door")}),
    )  # fmt: skip

    def belongings(self, row: Operation) -> Iterable[Table]:
        """Its lines in the book, their sum, and the lots that points were taken from or are held of."""
        if row.member_id is None:
            return
        mine = {"member_id": row.member_id, "operation_id": row.pk}
        entries = list(Entry.objects.filter(**mine).order_by("id"))
        rows = [[Account(each.account).label, amounts.in_points(each.amount, signed=True)] for each in entries]
        if rows:
            rows.append(["Sum", amounts.in_points(sum(each.amount for each in entries))])
        yield Table("Lines in the book", ["Account", "Points"], rows, "No points moved.", figures=frozenset({1}))
        draws = [
            [f"Lot {each.lot_id}", amounts.in_points(each.amount)]
            for each in Draw.objects.filter(**mine).order_by("id")
        ]
        if draws:
            yield Table("Taken from", ["Lot", "Points"], draws, "", figures=frozenset({1}))
        holds = [
            [
                f"Lot {each.lot_id}",
                amounts.in_points(each.amount),
                each.get_state_display(),
                figures.moment(each.expires_at),
            ]
            for each in Hold.objects.filter(**mine).order_by("id")
        ]
        if holds:
            yield Table("Held of", ["Lot", "Points", "What became of it", "Until"], holds, "", figures=frozenset({1}))
