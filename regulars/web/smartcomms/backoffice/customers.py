"""People whom Smart Communications may write to, with their switches, choices and changes of consent."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from regulars.smartcomms.customers.models import Customer
from regulars.smartcomms.subscriptions.models import Category, CategoryStatus, ChannelSwitch, Entry
from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.faces import Table
from regulars.web.backoffice.reading import Reading
from regulars.web.shell import figures
from regulars.web.shell.channels import look
from regulars.web.smartcomms.backoffice import consent


class CustomerPages(Reading):
    """People whom this system may write to; contacts are masked."""

    ordering = ("person_id",)
    search_help_text = "A whole phone or mailbox, the public id, or the beginning of a surname"
    search_fields = ("last_name",)
    list_display = (
        "__str__", columns.contact("phone"), columns.contact("email"), columns.text("locale", "Language"),
        columns.yes_no("is_gone", "State", yes="Has left", no="Known"),
    )  # fmt: skip
    list_filter = (filters.truth("is_gone"),)
    fieldsets = (
        ("Who", {"fields": ("__str__", "person_id", columns.yes_no("is_gone", "State", yes="Has left", no="Known"))}),
        ("Contacts", {"fields": (
            columns.contact("phone"), columns.contact("email"), columns.text("locale", "Language"),
            columns.text("time_zone", "Zone"),
        )}),
        ("Version", {"fields": (columns.moment("version_at", "Last changed at home"),)}),
    )  # fmt: skip

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by what identifies, or by the beginning of the surname."""
        text = search_term.strip()
        known = Q(person_id=text) | Q(phone=text) | Q(email__iexact=text) | Q(last_name__istartswith=text)
        return (queryset.filter(known) if text else queryset), False

    def belongings(self, row: Customer) -> Iterable[Table]:
        """Switches, choices by category, the last changes of consent."""
        switches = ChannelSwitch.objects.filter(person_id=row.pk).order_by("channel")
        rows = [
            [str(look(each.channel).name), "On" if each.is_on else "Off", *_last_touched(each)] for each in switches
        ]
        yield Table(
            "Channels",
            ["Channel", "State", "Changed in", "Changed"],
            rows,
            "No switch was ever touched.",
            room="subscriptions",
        )
        yield _choices(row)
        entries = Entry.objects.filter(person_id=row.pk).order_by("-id")[:20]
        rows = [
            [
                figures.moment(each.recorded_at),
                columns.sentence_case(each.cause),
                consent.in_words(each),
                each.reason,
            ]
            for each in entries
        ]
        yield Table(
            "Consent journal", ["When", "Cause", "Change", "Reason"], rows, "Nothing changed yet.", room="subscriptions"
        )


def _last_touched(switch: ChannelSwitch) -> list[str]:
    """In which system and when; one that nobody touched stands as it began."""
    if not switch.origin:
        return [columns.NOTHING, "Never"]
    return [switch.origin.capitalize(), figures.moment(switch.version_at)]


def _choices(row: Customer) -> Table:
    categories = Category.objects.in_bulk()
    found = CategoryStatus.objects.filter(person_id=row.pk).order_by("category_id", "channel")
    rows = [
        [
            str(categories.get(each.category_id, each.category_id)),
            str(look(each.channel).name),
            "On" if each.is_on else "Off",
        ]
        for each in found
    ]
    return Table(
        "Mailing categories",
        ["Category", "Channel", "State"],
        rows,
        "Absent everywhere, which is not refused.",
        room="subscriptions",
    )
