"""Keys of tills: made with a kind and shown once, looked at by their beginning, revoked; and whom keys of the team reach."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from regulars.access import actions as access
from regulars.access import team
from regulars.access.models import KeyKind, TeamContact, TillKey
from regulars.kit import clock
from regulars.kit.refusal import Refusal
from regulars.loyalty.stores import actions as stores
from regulars.loyalty.stores.models import Till
from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.reading import Reading, button
from regulars.web.backoffice.scopes import partner_of

MEANINGS: Mapping[str, str] = {
    "test": "For tests: nothing leaves. It sees only members that were registered with such a key, and counts in no figure.",
    "team": "For the team: everything is real, but messages go to the contacts of the team only.",
    "live": "Live: for the shop.",
}


class KeyForm(forms.Form):
    """How far what is done with the key may reach."""

    kind = forms.ChoiceField(
        label="What is it for", choices=KeyKind.choices, initial=KeyKind.TEST, widget=UnfoldAdminRadioSelectWidget,
        help_text=format_html_join(mark_safe("<br>"), "{}", ((meaning,) for meaning in MEANINGS.values())),
    )  # fmt: skip


class ContactForm(forms.Form):
    """An address of somebody who works here."""

    address = forms.CharField(
        label="Phone or mailbox", max_length=team.LONGEST_ADDRESS, widget=UnfoldAdminTextInputWidget,
        help_text="A phone number with its country, such as +44 7700 900123, or a mailbox.",
    )  # fmt: skip
    note = forms.CharField(
        label="Whose it is", required=False, max_length=team.LONGEST_NOTE, widget=UnfoldAdminTextInputWidget,
        help_text="For colleagues, such as Olga's test phone.",
    )  # fmt: skip


class Issuing(Reading):
    """What a till's page can do about its keys."""

    def has_issue_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may give tills their keys."""
        return bool(request.user.has_perm("access.issue_till_key"))

    @button("Make a key", icon="key", permission="issue")
    def issue_key(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask what it is for, then make a key and show it this once."""

        def act(till: Till, said: Mapping[str, Any]) -> HttpResponse:
            key = stores.issue_key(till, kind=said["kind"], by=self.actor(request), at=clock.now())
            return self._shown_once(request, till, key, said["kind"])

        return self.ask(
            request, object_id, act, form=KeyForm, title="Make a key",
            sentence="The key is shown once, on the next page. Keys that the till has already go on working.",
        )  # fmt: skip

    def _shown_once(self, request: HttpRequest, till: Till, key: str, kind: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Key of a till",
            "subtitle": str(till),
            "opts": self.opts,
        }
        address = f"{settings.PUBLIC_ADDRESS}{reverse('pos:list_purchases')}"
        context |= {
            "key": key, "kind": MEANINGS[kind], "back": self.admin_site.address_of(till, request),
            "example": f'curl -H "Authorization: Bearer {key}" {address}', "operations": reverse("pos:openapi-view"),
        }  # fmt: skip
        return TemplateResponse(request, "backoffice/key.html", context)


class TillKeyPages(Reading):
    """Keys of tills by their first characters; a key is revoked here."""

    nothing = "No key yet."
    example = "A key is made on the page of its till."
    list_display = (
        "__str__", columns.words("kind", "Kind"), columns.link("till_id", "Till"), columns.moment("created_at", "Made"),
        columns.moment("last_used_at", "Last used"), columns.moment("revoked_at", "Revoked"),
    )  # fmt: skip
    list_filter = (filters.choice("kind"),)
    search_fields = ("prefix",)
    knows = {"till_id": Till}
    fields = list_display
    actions_detail = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the employee's partner."""
        rows: QuerySet[Any] = super().get_queryset(request)
        partner_id = partner_of(request)
        if partner_id is None:
            return rows
        return rows.filter(till_id__in=Till.objects.filter(store__partner_id=partner_id).values("pk"))

    def has_revoke_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may take keys away."""
        return bool(request.user.has_perm("access.revoke_till_key"))

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[Any]:
        """A key that is revoked is not revoked again."""
        row = self.get_object(request, str(object_id))
        is_over = not isinstance(row, TillKey) or row.revoked_at is not None
        return [] if is_over else list(super().get_actions_detail(request, object_id))

    @button("Revoke key", icon="key_off", permission="revoke")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then take the key away."""

        def act(key: TillKey, said: Mapping[str, Any]) -> str:
            access.revoke_till_key(key, by=self.actor(request), at=clock.now())
            return f"Key {key} is revoked. It stops working within a minute."

        return self.ask(
            request, object_id, act, title="Revoke key",
            sentence="The till cannot sign in with this key any more, within a minute. Receipts it still holds need another key.",
        )  # fmt: skip


class TeamContactPages(Reading):
    """Phones and mailboxes that keys of the team reach."""

    nothing = "No contact yet: what keys of the team cause reaches nobody."
    example = f"Keys of the kind “{KeyKind.TEAM.label}” write to these phones and mailboxes, and to nobody else."
    list_display = ("address", "note", columns.moment("added_at", "Added"))
    search_fields = ("address", "note")
    fields = list_display
    actions_list = ("add_contact",)
    actions_detail = ("remove",)

    def has_change_team_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may say whom the team is."""
        return bool(request.user.has_perm("access.change_team"))

    @button("Add a contact", icon="add", permission="change_team")
    def add_contact(self, request: HttpRequest) -> HttpResponse:
        """Ask for an address, and let keys of the team reach it."""
        form = ContactForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                contact = team.add_contact(**form.cleaned_data, by=self.actor(request), at=clock.now())
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            else:
                messages.success(request, f"Keys of the team reach {contact} from now on.")
                return HttpResponseRedirect(self.list_address())
        context = {
            **self.admin_site.each_context(request), "title": "Add a contact", "subtitle": "", "opts": self.opts,
            "sentence": self.example, "form": form, "back": self.list_address(),
        }  # fmt: skip
        return TemplateResponse(request, "backoffice/act.html", context)

    @button("Remove contact", icon="person_remove", permission="change_team")
    def remove(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then let keys of the team reach it no more."""

        def act(contact: TeamContact, said: Mapping[str, Any]) -> HttpResponse:
            team.remove_contact(contact, by=self.actor(request), at=clock.now())
            messages.success(request, f"Keys of the team reach {contact.address} no more.")
            return HttpResponseRedirect(self.list_address())

        return self.ask(
            request, object_id, act, title="Remove contact",
            sentence="What keys of the team cause does not reach this address any more, nor does what waits for it now.",
        )  # fmt: skip
