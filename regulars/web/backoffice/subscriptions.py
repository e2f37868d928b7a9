"""Mailing types and the journal of consent."""

from regulars.loyalty.members.models import Member
from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.reading import Reading

CAUSES = [
    (cause, columns.sentence_case(cause))
    for cause in ("registered", "changed", "unsubscribed", "preference_link", "bridge", "left")
]


class MailingTypePages(Reading):
    """Kinds of messages that a member can allow or refuse."""

    partner_field = "partner_id"
    shared_by_partners = True

    list_display = (
        "name", "code", columns.text("base", "Made from"), columns.codes("channels"),
        columns.yes_no("is_read_only", "Fixed"), columns.yes_no("is_visible", "Shown"),
    )  # fmt: skip
    ordering = ("position", "id")
    fields = (
        "name", "code", columns.text("base", "Made from"), columns.codes("channels"),
        columns.yes_no("is_read_only", "Fixed"), columns.yes_no("is_visible", "Shown to members"),
    )  # fmt: skip


class ConsentPages(Reading):
    """Every change of consent for ever: who, when, from where, which wording, why."""

    search_fields = ("=member_id",)
    search_help_text = "The member's number"
    list_display = (
        columns.moment("recorded_at", "When"), columns.link("member_id", "Member"), columns.words("cause"),
        columns.text("door", "Where"), columns.words("by_kind", "Who"), columns.text("reason", longest=60),
    )  # fmt: skip
    list_filter = (filters.among("cause", "cause", CAUSES), filters.span("recorded_at"))
    knows = {"member_id": Member}
    fieldsets = (
        ("Change", {"fields": (
            columns.moment("recorded_at", "When"), columns.link("member_id", "Member"), columns.words("cause"),
            columns.pairs("cells", "Channels on afterwards"), columns.text("reason"),
            columns.text("wording", "Wording shown"),
        )}),
        ("Who did it", {"fields": ("by_kind", "by_id", "door")}),
    )  # fmt: skip
