"""Loyalty's half of the bridge: the last versions that either side made."""

from regulars.loyalty.members.models import Member
from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.reading import Reading


class VersionPages(Reading):
    """The winning change of Mailings × channel of one member."""

    list_display = (
        columns.moment("version_at", "Version"), columns.link("member_id", "Member"), "channel",
        columns.yes_no("is_on", "State", yes="On", no="Off"), columns.text("origin", "Made in"),
        columns.moment("applied_at", "Holds since"),
    )  # fmt: skip
    list_filter = (filters.truth("is_on"),)
    knows = {"member_id": Member}
    fields = (*list_display, columns.words("cause"))
