"""Changes that came over the bridge and were not applied; both halves keep them in the same form."""

from regulars.web.backoffice import columns
from regulars.web.backoffice.reading import Reading


class QuarantinedPages(Reading):
    """Changes from the sister system that were not applied, and why; people look at them."""

    person_field = "person_id"
    search_fields = ("=person_id",)
    search_help_text = "The public id of a person"
    list_display = (
        columns.moment("received_at", "Received"), columns.link("person_id", "Person"), "channel",
        columns.yes_no("is_on", "Wanted", yes="On", no="Off"), columns.text("reason", longest=60),
    )  # fmt: skip
    fields = (*list_display, columns.moment("version_at", "Version"), columns.text("origin", "Made in"))
