"""What happened, and what of it still waits for a reaction; one system's part on each desk."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest

from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.reading import Reading

STATES = [("waiting", "Waiting"), ("done", "Done"), ("dead", "Given up")]
PERSON = columns.link("person_id", "About")


class EntryPages(Reading):
    """The journal; entries of the sister system are on her own desk."""

    sister: ClassVar[str]

    search_fields = ("=person_id",)
    search_help_text = "The public id of a person"
    list_display = (
        columns.moment("recorded_at", "When"),
        "event",
        PERSON,
        columns.words("by_kind", "Who"),
        "by_id",
        columns.text("door", "Where"),
    )
    list_filter = (filters.span("recorded_at"),)
    person_field = "person_id"
    fieldsets = (
        ("What happened", {"fields": (
            columns.moment("recorded_at", "When"), "event", PERSON, columns.pairs("body", "Details"),
        )}),
        ("Who did it", {"fields": ("by_kind", "by_id", "door")}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All but what happened in the sister system."""
        rows: QuerySet[Any] = super().get_queryset(request).exclude(system=self.sister)
        return rows


class DeliveryPages(Reading):
    """Entries on their way to reactions; dead ones need a look."""

    sister: ClassVar[str]

    list_display = (
        "reaction", columns.state(), columns.number("attempts", "Tries"), columns.moment("next_at", "Due"),
        columns.moment("done_at", "Done"), columns.text("last_error", "Last error", longest=80),
    )  # fmt: skip
    list_filter = (filters.among("state", "state", STATES), filters.span("next_at"))
    search_fields = ("=person_id",)
    person_field = "person_id"
    fields = (
        "reaction", columns.state(), columns.number("attempts", "Tries"), columns.moment("next_at", "Due"),
        columns.moment("done_at", "Done"), PERSON, columns.number("entry_id", "Entry"),
        columns.text("last_error", "Last error"),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All but reactions of the sister system."""
        rows: QuerySet[Any] = super().get_queryset(request).exclude(reaction__startswith=f"{self.sister}.")
        return rows
