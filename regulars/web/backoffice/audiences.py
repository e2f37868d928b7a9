"""Audiences: filters built row by row beside their size, saved, changed, copied and put away."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from regulars.contract.channels import LABELS, Channel
from regulars.kit import clock
from regulars.kit.refusal import Refusal
from regulars.loyalty.audiences import actions as audiences
from regulars.loyalty.audiences import queries
from regulars.loyalty.audiences.filters import EVERYBODY, Filter
from regulars.loyalty.audiences.models import Audience
from regulars.loyalty.audiences.names import Names
from regulars.loyalty.members import queries as members
from regulars.loyalty.members.models import Member
from regulars.loyalty.subscriptions import base_types
from regulars.web.backoffice import audience_builder, columns, filters
from regulars.web.backoffice.audience_builder import Row, Rows
from regulars.web.backoffice.faces import Table
from regulars.web.backoffice.reading import NOBODY, Reading, button
from regulars.web.shell import figures

REACH_FIELD = "mailing_type"
SENTENCE = columns.named("sentence", "Who is in it", lambda row: row.sentence)
# Archived ones stand last; a column that could be sorted would say so with an arrow too small to touch.
NAME = columns.named("called", "Name", lambda row: row.name)
STATE = columns.named(
    "put_away", "State", lambda row: columns.dotted(*("Archived", "") if row.is_archived else ("In use", "leaf"))
)


class AudiencePages(Reading):
    """Audiences by name and sentence; one page builds them."""

    partner_field = "partner_id"
    shared_by_partners = True
    ordering = ("is_archived", "name", "id")
    list_display = (NAME, SENTENCE, STATE, columns.moment("changed_at", "Last changed"), "changed_by")
    list_filter = (filters.truth("is_archived"), filters.span("changed_at"))
    search_fields = ("name", "=public_id")
    search_help_text = "Name, or public id"
    actions_detail = ("archive", "copy")

    def look_up(self, request: HttpRequest, rows: list[Any]) -> list[Any]:
        """Give each row its sentence."""
        names = queries.get_names()
        for row in super().look_up(request, rows):
            row.sentence = queries.sentence(queries.get_filter(row), names=names)
        return rows

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may build audiences."""
        return self.has_build_permission(request)

    def has_build_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may build, change, copy and archive audiences."""
        return bool(request.user.has_perm("audiences.change"))

    def may_change(self, request: HttpRequest, row: Audience | None) -> bool:
        """Whether this audience is the employee's to change: an employee of one partner changes that partner's."""
        partner_id = getattr(request.user, "partner_id", None)
        is_theirs = row is None or (not row.is_archived and partner_id in (None, row.partner_id))
        return is_theirs and self.has_build_permission(request)

    def get_custom_urls(self) -> Sequence[tuple[str, str, Callable[..., HttpResponse]]]:
        """The two fragments that the page of the builder swaps."""
        return (
            ("builder/", "loyalty_audiences_audience_builder", self.builder_view),
            ("size/", "loyalty_audiences_audience_size", self.size_view),
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the builder, or save what was built; what cannot be saved stays as it was typed."""
        row = self.get_object(request, object_id) if object_id else None
        if object_id and not isinstance(row, Audience):
            raise Http404
        assert row is None or isinstance(row, Audience)
        if not (self.has_view_permission(request, row) if row else self.has_build_permission(request)):
            raise PermissionDenied
        names = queries.get_names()
        if request.method != "POST":
            root = audience_builder.of_filter(queries.get_filter(row) if row else EVERYBODY, names)
            return self._page(request, row, root, names, {"name": row.name if row else ""})
        if not self.may_change(request, row):
            raise PermissionDenied
        root = audience_builder.of_post(request.POST)
        filter, _ = root.read(names)
        errors: dict[str, str] = {}
        if root.complain():
            try:
                return self._saved(request, row, filter)
            except Refusal as refusal:
                errors[refusal.field if refusal.field == "name" else "form"] = refusal.message
        else:
            errors["form"] = "Some conditions are not finished. They are marked below."
        said = {"name": request.POST.get("name", ""), "version": request.POST.get("version", ""), "errors": errors}
        return self._page(request, row, root.numbered(), names, said)

    def save_model(self, request: HttpRequest, obj: Audience | None, form: Any, change: bool) -> None:
        """Save what was built as a new audience, or change the one that was opened; `form` is the name and the filter."""
        name, filter = form
        said: Mapping[str, Any] = {"by": self.actor(request), "at": clock.now()}
        if obj is None:
            made = audiences.save(name, filter=filter, partner_id=getattr(request.user, "partner_id", None), **said)
            messages.success(request, f"“{made.name}” is saved.")
            return
        version = request.POST.get("version", "")
        number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
        differs = audiences.change(obj, name=name, filter=filter, version=number, **said)
        messages.success(request, f"“{name.strip()}” is {'changed' if differs else 'as it was'}.")

    def _saved(self, request: HttpRequest, row: Audience | None, filter: Filter) -> HttpResponse:
        self.save_model(request, row, (request.POST.get("name", ""), filter), change=row is not None)
        return HttpResponseRedirect(reverse(f"{self.admin_site.name}:loyalty_audiences_audience_changelist"))

    def _page(
        self, request: HttpRequest, row: Audience | None, root: Rows, names: Names, said: Mapping[str, Any]
    ) -> HttpResponse:
        may_change = self.may_change(request, row)
        context = {
            **self.admin_site.each_context(request),
            **audience_builder.choices(names),
            "title": "Audiences",
            "subtitle": row.name if row else "New audience",
            "opts": self.opts,
            "original": row,
            "root": root,
            "cities": queries.list_cities() if may_change else [],
            "may_change": may_change,
            "may_copy": row is not None and self.has_build_permission(request),
            "object_id": quote(row.pk) if row else "",
            "version": row.version if row else "",
            "errors": {},
            **said,
        }
        if not may_change:
            context |= self._size(request, root, names, base_types.MAILINGS)
        return TemplateResponse(request, "backoffice/audience.html", context)

    def builder_view(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """The builder after a button of it: a row more, a row less, another kind."""
        self._only_builders(request)
        spelled = {city.name.lower(): city.name for city in queries.list_cities()}
        root = audience_builder.act(audience_builder.of_post(request.POST, spelled), request.POST.get("act", ""))
        context = {"root": root, "may_change": True, **audience_builder.choices(queries.get_names())}
        return TemplateResponse(request, "backoffice/_audience_builder.html", context)

    def size_view(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Sentence, sizes and sample of what stands in the builder now."""
        self._only_builders(request)
        names = queries.get_names()
        root = audience_builder.of_post(request.POST)
        reach_for = request.POST.get(REACH_FIELD, "")
        is_known = reach_for in names.mailing_types
        context = self._size(request, root, names, reach_for if is_known else base_types.MAILINGS)
        return TemplateResponse(request, "backoffice/_audience_size.html", {**context, "is_swap": True})

    def _only_builders(self, request: HttpRequest) -> None:
        if request.method != "POST" or not self.has_build_permission(request):
            raise PermissionDenied

    def _size(self, request: HttpRequest, root: Rows, names: Names, mailing_type: str) -> dict[str, Any]:
        at = clock.now()
        filter, said = root.read(names)
        measured = queries.measure(filter, mailing_type=mailing_type, each_alone=True, at=at)
        for row, alone in zip(said, measured.alone, strict=True):
            row.alone = alone
        return {
            "root": root,
            "sentence": queries.sentence(filter, names=names),
            "size": figures.number(measured.size),
            "reachable": [
                (LABELS[Channel(channel)], figures.number(count)) for channel, count in measured.reachable.items()
            ],
            "reach_for": names.mailing_type(mailing_type),
            "unfinished": [_told(each) for each in root.rows() if each.error],
            "sample": self._sample(request, queries.list_sample(filter, at=at), measured.size),
        }

    def _sample(self, request: HttpRequest, people: Sequence[Member], size: int) -> Table:
        contacts = members.list_contacts([member.pk for member in people])
        rows = []
        for member in people:
            known = contacts.get(member.pk, members.Contacts())
            url = self.admin_site.address_of(member, request)
            name = columns.linked(str(member), url) if url else NOBODY
            contact = ", ".join(filter(None, (columns.masked(known.phone), columns.masked(known.email))))
            rows.append([name, member.city, contact])
        title = f"The first {len(rows)} of them" if size > len(rows) else "All of them"
        return Table(title, ["Member", "City", "Contacts"], rows, "Nobody yet.")

    @button("Archive", icon="archive", permission="build")
    def archive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then put the audience away."""

        def act(audience: Audience, said: dict[str, Any]) -> str:
            if not self.may_change(request, audience):
                raise PermissionDenied
            audiences.archive(audience, by=self.actor(request), at=clock.now())
            return f"“{audience.name}” is archived."

        return self.ask(
            request, object_id, act, title="Archive audience",
            sentence="Nothing new can use it, and its name is free again. A copy of it brings it back.",
        )  # fmt: skip

    @button("Copy", icon="content_copy", permission="build")
    def copy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then save the same filter as a new audience and open it."""

        def act(audience: Audience, said: dict[str, Any]) -> HttpResponse:
            partner_id = getattr(request.user, "partner_id", None)
            made = audiences.copy(audience, partner_id=partner_id, by=self.actor(request), at=clock.now())
            return self._back_to(request, made, f"This is “{made.name}”, with the same filter.")

        return self.ask(
            request, object_id, act, title="Copy audience",
            sentence="A new audience with the same filter opens, ready to be changed. This one stays as it is.",
        )  # fmt: skip


def _told(row: Row) -> str:
    return f"{row.title() or 'A new condition'}: {row.error}"
