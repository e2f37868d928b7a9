"""Settings of the programme and its currencies of points; rounding and payment with points are set here."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from regulars.kit import clock
from regulars.loyalty.programme import actions as programme
from regulars.loyalty.programme.models import Programme, RoundingMode
from regulars.web.backoffice import amounts, columns
from regulars.web.backoffice.reading import Reading, button


class ReceiptForm(forms.Form):
    """To what totals are rounded, in money, and how much of them points may pay, in percent."""

    rounding_mode = forms.ChoiceField(
        label="Round totals", choices=RoundingMode.choices, widget=UnfoldAdminSelectWidget
    )
    rounding_step = forms.DecimalField(
        label="To multiples of", min_value=0, decimal_places=4, widget=UnfoldAdminDecimalFieldWidget,
        help_text="In money, such as 0.10 or 1.",
    )  # fmt: skip
    points_share_limit = forms.DecimalField(
        label="Points pay at most", min_value=0, max_value=100, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget,
        help_text="In percent of the receipt.",
    )  # fmt: skip


class ProgrammePages(Reading):
    """The one programme of this installation."""

    list_display = ("name", "currency", "region", columns.text("time_zone", "Zone"), "consent_mode")
    fieldsets = (
        ("Programme", {"fields": (
            "name", "currency", "currency_exponent", "region", columns.text("time_zone", "Zone"),
        )}),
        ("What registration asks about mailings", {"fields": (
            "consent_mode", columns.pairs("consent_modes", "Doors that differ"),
        )}),
        ("Receipts", {"fields": (
            columns.words("rounding_mode", "Round totals"), amounts.money("rounding_step", "To multiples of"),
            columns.percent("points_share_limit", "Points pay at most"),
        )}),
        ("Made", {"fields": (columns.moment("created_at"), "public_id")}),
    )  # fmt: skip
    actions_detail = ("set_receipts",)

    def has_set_receipts_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may change settings of the programme."""
        return bool(request.user.has_perm("programme.change"))

    @button("Set rounding and points", icon="tune", permission="set_receipts")
    def set_receipts(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask how totals are rounded and how much points may pay, then set it."""

        def act(row: Programme, said: dict[str, Any]) -> str:
            by, at = self.actor(request), clock.now()
            step = said["rounding_step"].scaleb(row.currency_exponent)
            if step != int(step):
                raise programme.UnknownSetting("This money has no such small coin.", field="rounding_step")
            is_new = programme.set_rounding(said["rounding_mode"], step=int(step), by=by, at=at)
            limit = int(said["points_share_limit"] * Decimal(100))
            is_new = programme.set_points_share_limit(limit, by=by, at=at) or is_new
            return "It is set. Tills follow within a minute." if is_new else "It was so already."

        return self.ask(
            request, object_id, act, form=ReceiptForm, title="Set rounding and points",
            sentence="Rounding changes what customers pay and stands on the receipt as a line of its own.",
        )  # fmt: skip


class CurrencyPages(Reading):
    """Currencies of points: how they are written, and what they are worth."""

    list_display = (
        "name", "code", "decimals", columns.number("worth_numerator", "Minor units of money"),
        columns.number("worth_denominator", "for so many units of points"), columns.yes_no("is_default", "Default"),
    )  # fmt: skip
    fields = list_display
