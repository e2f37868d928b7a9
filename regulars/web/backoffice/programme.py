"""Settings of the programme and its currencies of points."""

from regulars.web.backoffice import columns
from regulars.web.backoffice.reading import Reading


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
        ("Made", {"fields": (columns.moment("created_at"), "public_id")}),
    )  # fmt: skip


class CurrencyPages(Reading):
    """Currencies of points: how they are written, and what they are worth."""

    list_display = (
        "name", "code", "decimals", columns.number("worth_numerator", "Minor units of money"),
        columns.number("worth_denominator", "for so many units of points"), columns.yes_no("is_default", "Default"),
    )  # fmt: skip
    fields = list_display
