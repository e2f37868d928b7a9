"""Points: the balance with its worth, the lots it is the sum of, and the history with its receipts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from regulars.kit import clock
from regulars.loyalty.points import queries as points_room
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.purchases import queries as purchases
from regulars.loyalty.stores import queries as stores
from regulars.web.account import session

if TYPE_CHECKING:
    from regulars.loyalty.members.models import Member
    from regulars.loyalty.points.models import Lot
    from regulars.loyalty.points.queries import HistoryRow
    from regulars.loyalty.purchases.models import Purchase

PAGE = 50
MOST = 1000
EXPIRIES = 4
KINDS = {
    "purchase": gettext_lazy("Purchase"),
    "grant": gettext_lazy("A gift from us"),
    "redemption": gettext_lazy("Paid with points"),
    "hold": gettext_lazy("Held for a purchase"),
    "release": gettext_lazy("No longer held"),
    "activation": gettext_lazy("Can be used from now on"),
    "expiry": pgettext_lazy("history of points", "Expired"),
    "forfeiture": gettext_lazy("Given up on leaving"),
    "adjustment": gettext_lazy("Corrected by us"),
    "moved_in": gettext_lazy("Brought along"),
}


@dataclass(frozen=True, slots=True)
class LotFace:
    """Points that came together, as the page lists them; `receipt` is the number of the purchase they came from."""

    what: str
    url: str
    receipt: str
    left: int
    given: int
    since: date
    usable_from: date
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class HistoryFace:
    """A line of the history, with the receipt behind it; `moved` points stayed the member's when the amount is 0."""

    what: str
    amount: int
    moved: int
    at: datetime
    note: str
    url: str


@require_safe
@session.signed_in
def points(request: HttpRequest, member: "Member") -> HttpResponse:
    """List what the balance consists of, what is not counted yet, and what happened."""
    wanted = request.GET.get("rows", "")
    rows = min(int(wanted), MOST) if wanted.isdecimal() and wanted.isascii() and len(wanted) < 6 else PAGE
    found, at = history(member, rows + 1, is_whole=True), clock.now()
    is_more = len(found) > rows and rows < MOST
    shown = lots(member, at) | {"history": found[:rows]}
    older_url = f"?rows={rows + PAGE}" if is_more else ""
    shown |= {key: value for key, value in balance(member, at).items() if key != "pending"} | {"older_url": older_url}
    shown["expiries"] = points_room.list_expiries(member.pk, at, timezone.get_current_timezone_name())[:EXPIRIES]
    return render(request, "account/points.html", session.frame(member, "points") | shown)


def balance(member: "Member", at: datetime) -> dict[str, Any]:
    """What the member has now, its worth at the till, what expires next and what is not counted."""
    currency = programme.get_currency()
    found = points_room.get_balance(member.pk, currency.pk, at=at)
    expiry = found.next_expiry_at and {"points": found.next_expiry_amount, "on": last_day(found.next_expiry_at)}
    coming = lots(member, at)["pending"] if found.pending else []
    return {
        "balance": found.available,
        "decimals": currency.decimals,
        "currency": programme.get().currency,
        "worth": found.available * currency.worth_numerator // currency.worth_denominator,
        "next_expiry": expiry,
        "pending": coming and {"points": found.pending, "from_date": min(lot.usable_from for lot in coming)},
        "debt": found.debt,
        "held": found.held,
    }


def lots(member: "Member", at: datetime) -> dict[str, Any]:
    """The lots that can be spent, of which the balance is the sum, and apart from them those that cannot yet."""
    currency_id = programme.get_currency().pk
    found = [lot for lot in points_room.list_lots(member.pk, at=at) if lot.currency_id == currency_id]
    receipts = _receipts(lot.purchase_id for lot in found)
    return {
        "lots": [_lot(lot, receipts) for lot in found if lot.activates_at <= at],
        "pending": [_lot(lot, receipts) for lot in found if lot.activates_at > at],
    }


def history(member: "Member", rows: int, *, is_whole: bool = False) -> list[HistoryFace]:
    """What changed the member's points, newest first; the whole history tells also what was held or became usable."""
    found = points_room.list_history(member.pk, rows, is_whole=is_whole)
    receipts = purchases.list_of_operations(member.pk, [row.operation_id for row in found if row.kind == "purchase"])
    return [_history(row, receipts.get(row.operation_id)) for row in found]


def last_day(expires_at: datetime) -> date:
    """The last day on which points that expire at this instant can be used."""
    return timezone.localtime(expires_at - timedelta(microseconds=1)).date()


def _receipts(purchase_ids: Iterable[int | None]) -> "Mapping[int, Purchase]":
    return purchases.get_many(sorted({found for found in purchase_ids if found is not None}))


def _lot(lot: "Lot", receipts: "Mapping[int, Purchase]") -> LotFace:
    purchase = receipts.get(lot.purchase_id or 0)
    return LotFace(
        what=stores.get_till(purchase.till_id).store_name if purchase else str(KINDS.get(lot.source_kind, "")),
        url=_address(purchase),
        receipt=purchase.number if purchase else "",
        left=lot.free,
        given=lot.amount,
        since=timezone.localtime(purchase.sold_at if purchase else lot.activates_at).date(),
        usable_from=timezone.localtime(lot.activates_at).date(),
        expires_on=last_day(lot.expires_at) if lot.expires_at else None,
    )


def _history(row: "HistoryRow", purchase: "Purchase | None") -> HistoryFace:
    what = stores.get_till(purchase.till_id).store_name if purchase else str(KINDS.get(row.kind, row.kind))
    note = _("receipt %(number)s") % {"number": purchase.number} if purchase else ""
    when = purchase.sold_at if purchase else row.recorded_at
    return HistoryFace(what, row.amount, row.moved, when, note, _address(purchase))


def _address(purchase: "Purchase | None") -> str:
    return reverse("account:purchase", args=[purchase.public_id]) if purchase else ""
