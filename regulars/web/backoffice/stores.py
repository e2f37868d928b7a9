"""Partners, stores and tills: where people buy, added one after the other until a till has its key."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from regulars.access.models import TillKey
from regulars.kit import clock
from regulars.kit.refusal import Refusal
from regulars.loyalty.stores import actions as stores
from regulars.loyalty.stores.models import Partner, Store, Till
from regulars.web.backoffice import columns, filters, till_keys
from regulars.web.backoffice.faces import Table
from regulars.web.backoffice.reading import Reading, button
from regulars.web.backoffice.scopes import partner_of
from regulars.web.backoffice.store_forms import PartnerForm, StoreForm, TillForm
from regulars.web.shell import figures

STEPS = "Three steps: add a store, put a till into it, and make the key that the till signs in with."


class Adding(Reading):
    """Pages of a table to which rows are added, by a form and the room's verb."""

    form_class: ClassVar[type[forms.Form]]
    added: ClassVar[str]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may add stores and tills."""
        return bool(request.user.has_perm("stores.change"))

    def form_for(self, request: HttpRequest, given: Any) -> forms.Form:
        """The form, with what the employee may choose from."""
        return self.form_class(given)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for what is needed, add the row, and open its page."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.form_for(request, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            row = self.model()
            try:
                self.save_model(request, row, form, change=False)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            else:
                messages.success(request, f"{row} is added. {self.added}")
                return HttpResponseRedirect(self.admin_site.address_of(row, request))
        context = {
            **self.admin_site.each_context(request), "title": self.add_title, "subtitle": "", "opts": self.opts,
            "sentence": self.example, "form": form, "back": self.list_address(),
        }  # fmt: skip
        return TemplateResponse(request, "backoffice/act.html", context)

    def _to_form(self, request: HttpRequest, object_id: str, model: type[Model], field: str) -> HttpResponse:
        """Go to the form of a row that belongs to this one, which is then chosen already."""
        if self.get_object(request, object_id) is None:
            raise Http404
        form = reverse(f"{self.admin_site.name}:{model._meta.app_label}_{model._meta.model_name}_add")
        return HttpResponseRedirect(f"{form}?{urlencode({field: object_id})}")


class PartnerPages(Adding):
    """Companies inside the programme."""

    partner_field = "id"
    form_class = PartnerForm
    nothing = "No company yet."
    example = "Stores, tills, offers and employees belong to a company. One is enough; a coalition has several."
    add_title = "Add a partner"
    added = "Now add its first store."

    list_display = ("name", "code", "public_id")
    search_fields = ("name", "code")
    fields = ("name", "code", "public_id")
    actions_detail = ("add_store",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who works for one partner adds no other."""
        return super().has_add_permission(request) and partner_of(request) is None

    def save_model(self, request: HttpRequest, obj: Partner, form: Any, change: bool) -> None:
        """Add the company."""
        made = stores.add_partner(**form.cleaned_data, by=self.actor(request), at=clock.now())
        obj.__dict__.update(made.__dict__)

    def belongings(self, row: Partner) -> Iterable[Table]:
        """The first stores."""
        rows = [
            [each.code, each.name, each.time_zone] for each in Store.objects.filter(partner=row).order_by("code")[:50]
        ]
        yield Table("Stores", ["Code", "Name", "Zone"], rows, "No store yet.")

    def has_change_stores_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may add stores."""
        return bool(request.user.has_perm("stores.change"))

    @button("Add a store", icon="add_business", permission="change_stores")
    def add_store(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go to the form of a new store of this company."""
        return self._to_form(request, object_id, Store, "partner")


class StorePages(Adding):
    """Stores with their tills."""

    partner_field = "partner_id"
    form_class = StoreForm
    nothing = "No store yet."
    example = STEPS
    add_title = "Add a store"
    added = "Now put a till into it."

    list_display = ("name", "code", "partner", columns.text("time_zone", "Zone"))
    list_select_related = ("partner",)
    search_fields = ("name", "=code", "=public_id")
    ordering = ("code", "id")
    fields = ("name", "code", "partner", columns.text("time_zone", "Zone"), "public_id")
    actions_detail = ("add_till",)

    def form_for(self, request: HttpRequest, given: Any) -> StoreForm:
        """The form, with the companies that are the employee's; one that was come from is chosen already."""
        return StoreForm(given, partner_id=partner_of(request), chosen=request.GET.get("partner", ""))

    def save_model(self, request: HttpRequest, obj: Store, form: Any, change: bool) -> None:
        """Add the store, and its company when it is the first."""
        said = dict(form.cleaned_data)
        company, partner = said.pop("company", ""), said.pop("partner", None)
        if partner is None:
            made = stores.add_first_store(company, **said, by=self.actor(request), at=clock.now())
        else:
            made = stores.add_store(partner, **said, by=self.actor(request), at=clock.now())
        obj.__dict__.update(made.__dict__)

    def belongings(self, row: Store) -> Iterable[Table]:
        """Its tills."""
        found = Till.objects.filter(store=row).order_by("code")
        rows = [[each.name, each.code, "Open" if each.is_open else "Closed", each.public_id] for each in found]
        yield Table("Tills", ["Till", "Code", "State", "Public id"], rows, "No till yet: put one into it above.")

    def has_change_stores_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may add tills."""
        return bool(request.user.has_perm("stores.change"))

    @button("Add a till", icon="point_of_sale", permission="change_stores")
    def add_till(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go to the form of a new till in this store."""
        return self._to_form(request, object_id, Till, "store")


class TillPages(till_keys.Issuing, Adding):
    """Tills; the key of a till is shown once, when it is made."""

    partner_field = "store__partner_id"
    form_class = TillForm
    nothing = "No till yet."
    example = STEPS
    add_title = "Add a till"
    added = "Now make its key."

    list_display = ("name", "code", "store", columns.yes_no("is_open", "State", yes="Open", no="Closed"), "public_id")
    list_select_related = ("store",)
    list_filter = (filters.truth("is_open"),)
    search_fields = ("=public_id", "name", "=store__code")
    fields = ("name", "code", "store", columns.yes_no("is_open", "State", yes="Open", no="Closed"), "public_id")
    actions_detail = ("issue_key", "close", "reopen")

    def form_for(self, request: HttpRequest, given: Any) -> TillForm:
        """The form, with the stores that are the employee's; one that was come from is chosen already."""
        return TillForm(given, partner_id=partner_of(request), chosen=request.GET.get("store", ""))

    def save_model(self, request: HttpRequest, obj: Till, form: Any, change: bool) -> None:
        """Put the till into service."""
        made = stores.open_till(**form.cleaned_data, by=self.actor(request), at=clock.now())
        obj.__dict__.update(made.__dict__)

    def belongings(self, row: Till) -> Iterable[Table]:
        """Its keys, those for tests among them, without their secrets."""
        tills = [row.pk, *Till.objects.filter(test_of=row).values_list("pk", flat=True)]
        rows = [
            [
                str(each),
                each.get_kind_display(),
                figures.moment(each.created_at),
                figures.moment(each.last_used_at) if each.last_used_at else "Never",
                figures.moment(each.revoked_at) if each.revoked_at else "Works",
            ]
            for each in TillKey.objects.filter(till_id__in=tills).order_by("-id")
        ]
        heads = ["Begins with", "Kind", "Made", "Last used", "Revoked"]
        yield Table("Keys", heads, rows, "No key yet: this till cannot sign in. Make one above.", room="access")

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[Any]:
        """Only what can be done now."""
        row = self.get_object(request, str(object_id))
        if not isinstance(row, Till):
            return []
        hidden = {"close", "reopen"} if row.test_of_id else {"reopen" if row.is_open else "close"}
        return [each for each in super().get_actions_detail(request, object_id) if each.path not in hidden]

    def has_change_stores_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may close and open tills."""
        return bool(request.user.has_perm("stores.change"))

    @button("Close till", icon="block", permission="change_stores")
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then take the till out of service."""

        def act(till: Till, said: Mapping[str, Any]) -> str:
            stores.close_till(till, by=self.actor(request), at=clock.now())
            return f"{till} is closed."

        return self.ask(
            request, object_id, act, title="Close till",
            sentence="Its keys, those for tests too, stop within a minute. Its receipts stay. It can be opened again.",
        )  # fmt: skip

    @button("Open till again", icon="lock_open", permission="change_stores")
    def reopen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then put the till into service again."""

        def act(till: Till, said: Mapping[str, Any]) -> str:
            stores.reopen_till(till, by=self.actor(request), at=clock.now())
            return f"{till} is open."

        return self.ask(
            request, object_id, act, title="Open till again", sentence="Its keys that were not revoked work as before.",
        )  # fmt: skip
