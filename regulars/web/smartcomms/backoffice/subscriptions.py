"""Channel switches, mailing categories, reasons and the journal of consent of Smart Communications."""

from regulars.smartcomms.subscriptions.models import Category
from regulars.web.backoffice import columns, filters, messages
from regulars.web.backoffice.reading import Reading

PERSON = columns.link("person_id", "Customer")
IS_ON = columns.yes_no("is_on", "State", yes="On", no="Off")


class SwitchPages(Reading):
    """Whole channels, on or off, with the version that both systems order changes by."""

    search_fields = ("=person_id",)
    person_field = "person_id"
    list_display = (
        PERSON,
        "channel",
        IS_ON,
        columns.text("origin", "Changed in"),
        columns.moment("version_at", "Version"),
    )
    list_display_links = ("channel",)
    list_filter = (filters.truth("is_on"), filters.among("channel", "channel", messages.CHANNELS))
    fields = list_display


class StatusPages(Reading):
    """Category × channel of a customer; no row means absent."""

    search_fields = ("=person_id",)
    person_field = "person_id"
    knows = {"category_id": Category}
    list_display = (
        PERSON,
        columns.link("category_id", "Category"),
        "channel",
        IS_ON,
        columns.moment("changed_at", "Changed"),
    )
    list_display_links = ("channel",)
    list_filter = (filters.truth("is_on"), filters.among("channel", "channel", messages.CHANNELS))
    fields = list_display


class CategoryPages(Reading):
    """Kinds of mass messaging, made by hand."""

    list_display = (
        "name",
        "code",
        columns.pairs("defaults", "To begin with"),
        columns.yes_no("is_visible", "Shown"),
        columns.yes_no("is_active", "In use"),
    )
    search_fields = ("name", "=code")
    fields = (
        "name",
        "code",
        "description",
        columns.pairs("defaults", "To begin with"),
        columns.yes_no("is_visible", "Shown"),
        columns.yes_no("is_active", "In use"),
    )


class ReasonPages(Reading):
    """Reasons that the unsubscribe page offers."""

    ordering = ("position", "id")
    list_display = ("text", "code", columns.number("position", "Place"), columns.yes_no("is_active", "Offered"))
    fields = list_display


class ConsentPages(Reading):
    """Every change of consent in this system, for ever."""

    search_fields = ("=person_id",)
    person_field = "person_id"
    list_display = (
        columns.moment("recorded_at", "When"),
        PERSON,
        columns.words("cause"),
        columns.text("door", "Where"),
        columns.text("reason", longest=60),
    )
    list_filter = (filters.span("recorded_at"),)
    fieldsets = (
        ("Change", {"fields": (
            columns.moment("recorded_at", "When"), PERSON, columns.words("cause"), columns.pairs("changes"),
            columns.text("reason"),
        )}),
        ("Who did it", {"fields": ("by_kind", "by_id", "door")}),
    )  # fmt: skip
