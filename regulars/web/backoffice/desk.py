"""A staff desk: a Django admin site with Unfold, in English and in one time zone, open to employees with a role."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import quote
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from regulars.access.models import Employee
from regulars.kit.refusal import Refusal


class SignIn(AuthenticationForm):
    """Login and password, told apart in the house's words."""

    error_messages: ClassVar[dict[str, str]] = {
        "invalid_login": "This login and password do not belong together. Capital letters matter.",
        "inactive": "This account is closed. Ask an administrator to open it again.",
    }


class Desk(UnfoldAdminSite):
    """One system's desk; `person` is the table of its people and the column of their public id."""

    door: ClassVar[str]
    person: ClassVar[tuple[type[Model], str]]
    enable_nav_sidebar = True
    index_title = "Today"
    login_template = "backoffice/login.html"
    index_template = "backoffice/today.html"

    def zone(self) -> str:
        """The IANA name of the zone in which this desk shows times."""
        return "UTC"

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Speak English in the desk's zone while a page is made."""
        with translation.override("en"), timezone.override(self.zone()):
            yield

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Wrap a page: sign-in, language, zone, and refusals told in words where the person stood."""
        guarded = super().admin_view(view, cacheable)

        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refuse_nul(request)
            with self.speaking():
                try:
                    return rendered(guarded(request, *args, **kwargs))
                except Refusal as refusal:
                    if request.method != "POST":
                        raise
                    messages.error(request, refusal.message)
                    return HttpResponseRedirect(request.path)

        return shown

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the sign-in page, or go where the employee wanted to."""
        with self.speaking():
            return rendered(super().login(request, extra_context))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page of the desk knows."""
        return {**super().each_context(request), "desk_zone": self.zone()}

    def address_of(self, row: Model, request: HttpRequest) -> str:
        """Where a row opens on this desk, or nothing when it does not open for this employee."""
        page = self._registry.get(type(row))
        if page is None or not page.has_view_permission(request):
            return ""
        meta = row._meta
        return reverse(f"{self.name}:{meta.app_label}_{meta.model_name}_change", args=[quote(row.pk)])


def rendered(response: HttpResponse) -> HttpResponse:
    """Render a page now, while language and zone hold."""
    if isinstance(response, TemplateResponse) and not response.is_rendered:
        response.render()
    return response


def employee_of(request: HttpRequest) -> Employee:
    """The employee who asks."""
    if not isinstance(request.user, Employee):
        raise PermissionDenied
    return request.user


def refuse_nul(request: HttpRequest) -> None:
    """Refuse an address with a NUL in it; the database cannot compare with one."""
    if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path:
        raise BadRequest("An address cannot contain NUL.")
