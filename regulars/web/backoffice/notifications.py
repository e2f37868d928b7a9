"""Rules that say which event sends which text."""

from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.reading import Reading


class RulePages(Reading):
    """When an event happens, this text goes out over this channel to those who allow it."""

    list_display = (
        "event", "channel", columns.text("mailing_type", "Mailing type"), columns.yes_no("is_on", "State", yes="On", no="Off"),
        columns.text("text", longest=60),
    )  # fmt: skip
    list_filter = (filters.truth("is_on"),)
    search_fields = ("event", "text")
    fieldsets = (
        ("Rule", {"fields": ("event", "channel", columns.text("mailing_type", "Mailing type"), columns.yes_no("is_on", "State", yes="On", no="Off"))}),
        ("Message", {"fields": ("text", "sender", columns.number("lifetime_hours", "Hours it is worth sending"))}),
    )  # fmt: skip
