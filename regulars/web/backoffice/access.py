"""Employees with their roles, and what those roles allow."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from regulars.access import permissions
from regulars.access.models import Employee
from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.faces import Table
from regulars.web.backoffice.reading import Reading


class RoleFilter(DropdownFilter):
    """Employees who hold one role."""

    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All roles there are."""
        return [(role, role.capitalize()) for role in permissions.ROLES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those who hold it."""
        return queryset.filter(roles__contains=[self.value()]) if self.value() else queryset


class EmployeePages(Reading):
    """Who works here and may sign in."""

    list_display = (
        "__str__", "login", columns.codes("roles", nothing="No role"),
        columns.yes_no("is_active", "State", yes="Open", no="Closed"), columns.moment("last_login", "Last signed in"),
    )  # fmt: skip
    list_filter = (RoleFilter, filters.truth("is_active"))
    search_fields = ("name", "login")
    fieldsets = (
        ("Employee", {"fields": (
            "name", "login", columns.codes("roles", nothing="No role"),
            columns.yes_no("is_active", "State", yes="Open", no="Closed"),
        )}),
        ("Since", {"fields": (columns.moment("created_at"), columns.moment("last_login", "Last signed in"))}),
    )  # fmt: skip

    def belongings(self, row: Employee) -> Iterable[Table]:
        """What the employee may do, asked of the one permission table."""
        asked = sorted(set().union(*permissions.ROLES.values()) - {"*"})
        rows = [[role, ", ".join(sorted(permissions.ROLES.get(role, ()))) or "Nothing"] for role in row.roles]
        allowed = sum(permissions.allows(row.roles, each) for each in asked)
        yield Table(f"May do {allowed} of {len(asked)} things", ["Role", "Allows"], rows, "No role: no page opens.")
