"""Filters of lists: one value of a few, a truth, or a span of time; none of them reads the table to offer its choices."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateTimeFilter,
)
from unfold.utils import parse_datetime_str


class Span(RangeDateTimeFilter):
    """From one moment to another in the desk's zone; a day without a time is the whole day."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows within the span; what is not a time is left out."""
        for end, whole_day, comparison in (("from", "00:00:00", "gte"), ("to", "23:59:59", "lte")):
            day, time = (self.used_parameters.get(f"{self.parameter_name}_{end}_{part}") for part in (0, 1))
            moment = parse_datetime_str(f"{day} {time or whole_day}") if day else None
            if moment is not None:
                queryset = queryset.filter(**{f"{self.parameter_name}__{comparison}": timezone.make_aware(moment)})
        return queryset


def choice(field: str) -> tuple[str, type[ChoicesDropdownFilter]]:
    """One of the states or kinds that the field knows."""
    return field, ChoicesDropdownFilter


def truth(field: str) -> tuple[str, type[BooleanRadioFilter]]:
    """Yes or no."""
    return field, BooleanRadioFilter


def span(field: str) -> tuple[str, type[Span]]:
    """From one moment to another."""
    return field, Span


def among(field: str, title: str, choices: Iterable[tuple[str, str]]) -> type[DropdownFilter]:
    """One of the given values of a field that lists none itself."""
    offered = list(choices)

    class Among(DropdownFilter):
        """One value of a few."""

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return offered

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{field: self.value()}) if self.value() else queryset

    Among.title = title
    Among.parameter_name = field
    return Among
