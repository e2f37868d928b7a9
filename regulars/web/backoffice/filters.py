"""Filters of lists: one value of a few, a truth, or a span of time; none of them reads the table to offer its choices."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
    RangeDateTimeFilter,
)


def choice(field: str) -> tuple[str, type[ChoicesDropdownFilter]]:
    """One of the states or kinds that the field knows."""
    return field, ChoicesDropdownFilter


def truth(field: str) -> tuple[str, type[BooleanRadioFilter]]:
    """Yes or no."""
    return field, BooleanRadioFilter


def span(field: str) -> tuple[str, type[RangeDateTimeFilter]]:
    """From one moment to another."""
    return field, RangeDateTimeFilter


def days(field: str) -> tuple[str, type[RangeDateFilter]]:
    """From one day to another."""
    return field, RangeDateFilter


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
