"""Loyalty's half of the bridge: the last versions that either side made, and changes that were not applied."""

from regulars.loyalty.members.models import Member
from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.reading import Reading


class VersionPages(Reading):
    """The winning change of Mailings × channel of one member."""

    list_display = (
        columns.moment("version_at", "Version"), columns.link("member_id", "Member"), "channel",
        columns.yes_no("is_on", "State", yes="On", no="Off"), columns.text("origin", "Made in"), "cause",
    )  # fmt: skip
    list_filter = (filters.truth("is_on"),)
    knows = {"member_id": Member}
    fields = list_display


class QuarantinedPages(Reading):
    """Changes from the sister system that were not applied, and why; people look at them."""

    list_display = (columns.moment("received_at", "Received"), "person_id", columns.text("reason", longest=100))
    search_fields = ("=person_id",)
    person_field = "person_id"
    fields = (
        columns.moment("received_at", "Received"), columns.link("person_id", "Person"), "reason", columns.pairs("body", "Change"),
    )  # fmt: skip
