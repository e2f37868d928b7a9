"""Pages that only look: the list and the page of one table, and acts that go through a room's verbs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Field, Model, Q, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.views import ChangeList

from regulars.access import permissions
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.web.backoffice import exports
from regulars.web.backoffice.columns import Known, spoken
from regulars.web.backoffice.desk import employee_of
from regulars.web.backoffice.faces import Table

NOBODY = "a person"


def button[Act: Callable[..., Any]](title: str, *, permission: str, icon: str = "") -> Callable[[Act], Act]:
    """Make a method an act of a row's page, or of chosen rows; `permission` names a `has_…_permission` beside it."""
    return cast(Callable[[Act], Act], action(description=title, icon=icon or None, permissions=[permission]))


def searched_by(fields: Sequence[str]) -> str:
    """What a list is searched by, in words."""
    names = list(
        dict.fromkeys(spoken(field.lstrip("=^").rpartition("__")[0] or field.lstrip("=^")) for field in fields)
    )
    return " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:]))).capitalize()


class Counted(Paginator):
    """Pages of a list that may be huge: counts and shows the first ten thousand rows, the rest is for search."""

    most: ClassVar[int] = 10_000

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most ten thousand."""
        rows = cast(QuerySet[Any], self.object_list)
        return rows.order_by()[: self.most].count() if isinstance(rows, QuerySet) else len(rows)


class Rows(ChangeList):
    """A page of rows with the names of everything they point at, one query per kind."""

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.title = str(self.opts.verbose_name_plural).capitalize()
        self.search_help_text = self.model_admin.search_help_text or searched_by(self.search_fields)

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        """Read the page, then the names."""
        super().get_results(request)
        self.full_result_count = self.result_count
        self.result_list = self.model_admin.look_up(request, list(self.result_list))


class Reading(ModelAdmin):
    """Pages of one table that only look: a list with search and filters, and one page per row.

    `knows` names the fields that point at other tables: field → model, or (model, its public id). `partner_field`
    leads to the partner whose rows these are. An empty list says `nothing`, and what to do about it in `example`.
    """

    knows: ClassVar[Mapping[str, type[Model] | tuple[type[Model], str]]] = {}
    person_field: ClassVar[str] = ""
    partner_field: ClassVar[str] = ""
    shared_by_partners: ClassVar[bool] = False
    nothing: ClassVar[str] = ""
    example: ClassVar[str] = ""
    add_title: ClassVar[str] = ""
    ordering: Sequence[str] = ("-id",)
    actions: Sequence[Any] = ()
    paginator = Counted
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    list_fullwidth = True
    list_filter_submit = True
    compressed_fields = True
    list_after_template = "backoffice/_zone.html"
    change_form_outer_after_template = "backoffice/_belongings.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows that the employee's partner may see: its own, and with `shared_by_partners` those of everybody."""
        rows: QuerySet[Any] = super().get_queryset(request)
        partner_id = getattr(request.user, "partner_id", None)
        if partner_id is None or not self.partner_field:
            return rows
        own = Q(**{self.partner_field: partner_id})
        return rows.filter(own | Q(**{f"{self.partner_field}__isnull": True}) if self.shared_by_partners else own)

    @property
    def room(self) -> str:
        """The room whose permissions these pages ask for."""
        return permissions.room_of(self.opts.app_label)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the employee may look into this room."""
        return bool(request.user.has_perm(f"{self.room}.view"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the room shows in the list of rooms."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is deleted here."""
        return False

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[Any]:
        """The fields that were named, else all that can be shown."""
        if self.fields:
            return tuple(self.fields)
        return [field.name for field in self.opts.fields if isinstance(field, Field) and field.editable]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[Any]:
        """All of them."""
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Rows]:
        """Rows that know names."""
        return Rows

    def get_urls(self) -> list[URLPattern]:
        """The list as a file, and those of Django's own addresses that open for somebody."""
        view = self.admin_site.admin_view(self.export)
        own = [path("export/", view, name=f"{self.opts.app_label}_{self.opts.model_name}_export")]
        return own + [each for each in super().get_urls() if self._opens(each)]

    def _opens(self, address: URLPattern) -> bool:
        """Whether Django's address leads somewhere: nothing is deleted here, and few tables have a page to add rows."""
        verb = (address.name or "").removeprefix(f"{self.opts.app_label}_{self.opts.model_name}_")
        return verb not in {"", "history", "delete", *({"add"} if self._adds_nothing else ())}

    @property
    def _adds_nothing(self) -> bool:
        return type(self).has_add_permission is Reading.has_add_permission

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whether the employee may take this list out as a file."""
        return self.has_view_permission(request) and bool(request.user.has_perm(f"{self.room}.export"))

    def export(self, request: HttpRequest) -> StreamingHttpResponse | HttpResponse:
        """The rows that the list shows with these filters, as a file."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            return exports.of_list(self, request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(self.list_address())

    def list_address(self) -> str:
        """Where the list is."""
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list, with the way out as a file for who may take it."""
        asked = f"?{request.GET.urlencode()}" if request.GET else ""
        export_url = f"{self.list_address()}export/{asked}" if self.has_export_permission(request) else ""
        response: HttpResponse = super().changelist_view(request, {"export_url": export_url, **(extra_context or {})})
        return response

    def find_exactly(self, request: HttpRequest, text: str) -> QuerySet[Any]:
        """The rows that this text identifies as a whole; none where the list knows no such field."""
        whole = [field.removeprefix("=") for field in self.search_fields if field.startswith("=")]
        asked = [Q(**{field: text}) for field in whole]
        return self.get_queryset(request).filter(reduce(or_, asked)) if asked else self.get_queryset(request).none()

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        """Read the row with the names of everything it points at."""
        row = super().get_object(request, object_id, from_field)
        return self.look_up(request, [row])[0] if row is not None else None

    def look_up(self, request: HttpRequest, rows: list[Any]) -> list[Any]:
        """Give each row `known`: field → the row it points at, read in one query per kind."""
        for row in rows:
            row.known = {}
        for field, target in self._targets():
            model, key = target if isinstance(target, tuple) else (target, "pk")
            wanted = {value for row in rows if (value := getattr(row, field))}
            others = model._default_manager.filter(**{f"{key}__in": wanted}) if wanted else ()
            found = {getattr(each, key): self._known(request, each) for each in others}
            for row in rows:
                if (other := found.get(getattr(row, field))) is not None:
                    row.known[field] = other
        return rows

    def _targets(self) -> Iterable[tuple[str, type[Model] | tuple[type[Model], str]]]:
        yield from self.knows.items()
        if self.person_field:
            yield self.person_field, self.admin_site.person

    def _known(self, request: HttpRequest, other: Model) -> Known:
        url = self.admin_site.address_of(other, request)
        is_person = isinstance(other, self.admin_site.person[0])
        return Known(NOBODY if is_person and not url else str(other), url, other)

    def belongings(self, row: Any) -> Iterable[Table]:
        """Tables of what belongs to the row, shown below it to those who may look into their room."""
        return ()

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Show the row and what belongs to it."""
        row = kwargs.get("obj")
        tables = self.belongings(row) if row is not None else ()
        context["belongings"] = [each for each in tables if not each.room or request.user.has_perm(f"{each.room}.view")]
        context["show_save_and_add_another"] = False
        response: HttpResponse = super().render_change_form(request, context, **kwargs)
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What happened stands in the journal, not here."""
        raise Http404

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """Write nothing: the room's action has written the journal."""

    def actor(self, request: HttpRequest) -> Actor:
        """The employee as the one who acts."""
        employee = employee_of(request)
        return Actor("employee", employee.login, self.admin_site.door, request.META.get("REMOTE_ADDR"))

    def ask(
        self,
        request: HttpRequest,
        object_id: str,
        act: Callable[[Any, dict[str, Any]], str | HttpResponse],
        *,
        title: str,
        sentence: str,
        form: type[Form] = Form,
    ) -> HttpResponse:
        """Say what would happen and ask for what is needed; on the answer act, and say what happened."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        answer = form(request.POST if request.method == "POST" else None)
        if request.method == "POST" and answer.is_valid():
            try:
                done = act(row, answer.cleaned_data)
            except Refusal as refusal:
                answer.add_error(refusal.field if refusal.field in answer.fields else None, refusal.message)
            else:
                return done if isinstance(done, HttpResponse) else self._back_to(request, row, done)
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": str(row),
            "opts": self.opts,
            "original": row,
        }
        context |= {"sentence": sentence, "form": answer, "back": self.admin_site.address_of(row, request)}
        return TemplateResponse(request, "backoffice/act.html", context)

    def _back_to(self, request: HttpRequest, row: Model, said: str) -> HttpResponse:
        messages.success(request, said)
        return HttpResponseRedirect(self.admin_site.address_of(row, request))
