"""A staff desk: a Django admin site with Unfold, in English and in one time zone, open to employees with a role."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar

from allauth.account.decorators import secure_admin_login
from django.contrib import messages
from django.contrib.admin.utils import quote
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone, translation
from unfold.sites import UnfoldAdminSite

from regulars.access.models import Employee
from regulars.kit.refusal import Refusal
from regulars.web.backoffice import palette, status
from regulars.web.staff.sign_in import sign_out

NO_PROGRAMME = "no_programme"
NOWHERE = {"password_change", "password_change_done", "view_on_site", "autocomplete"}


class Desk(UnfoldAdminSite):
    """One system's desk; `person` is the table of its people and the column of their public id, `findable` what Ctrl+K finds."""

    door: ClassVar[str]
    person: ClassVar[tuple[type[Model], str]]
    findable: ClassVar[tuple[type[Model], ...]] = ()
    enable_nav_sidebar = True
    final_catch_all_view = False
    index_title = "Today"
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
                    if refusal.code == NO_PROGRAMME:  # the first page offers to make it
                        return HttpResponseRedirect(reverse(f"{self.name}:index"))
                    if request.method != "POST":
                        raise
                    messages.error(request, refusal.message)
                    return HttpResponseRedirect(request.path)

        return shown

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the employees' one sign-in; who is signed in goes on, or is told that no role opens this desk."""
        inside = secure_admin_login(lambda asked: HttpResponseRedirect(reverse(f"{self.name}:index")))
        response: HttpResponse = inside(request)
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """End the session, as the sign-in does."""
        ended: HttpResponse = sign_out(request)
        return ended

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        """A part of the product has no page of its own; the side bar has its lists."""
        return HttpResponseRedirect(reverse(f"{self.name}:index"))

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Only addresses that lead somewhere: the password is changed where one's own sign-in stands."""
        ours: list[URLResolver | URLPattern] = [
            path("status/", self.admin_view(partial(status.show, self)), name="status")
        ]
        return ours + [each for each in super().get_urls() if getattr(each, "name", "") not in NOWHERE]

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Answer what was typed after Ctrl+K."""
        answer: HttpResponse = palette.answer(self, request)
        return answer

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
