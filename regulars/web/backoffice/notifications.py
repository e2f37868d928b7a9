"""Rules that say which event sends which text."""

from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.reading import Reading


class RulePages(Reading):
    """When an event happens, this text goes out over this channel to those who allow it."""

    list_display = (
        "event", "channel", columns.text("mailing_type", "Mailing type"), columns.yes_no("is_on", "State", yes="On", no="Off"),
        columns.named("text_start", "Text", lambda row: next(iter(row.texts.values()), "")[:60] or None),
    )  # fmt: skip
    list_filter = (filters.truth("is_on"),)
    search_fields = ("event",)
    fieldsets = (
        ("Rule", {"fields": (
            "event", "channel", columns.text("mailing_type", "Mailing type"),
            columns.yes_no("is_on", "State", yes="On", no="Off"),
        )}),
        ("Message", {"fields": (
            columns.pairs("texts", "Text by language"), "sender",
            columns.number("lifetime_hours", "Hours it is worth sending"),
        )}),
    )  # fmt: skip
