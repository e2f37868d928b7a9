"""Mailing types and the journal of consent."""

from typing import Any

from django import forms
from django.http import HttpRequest
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from regulars.contract.channels import LABELS, LOYALTY_CHANNELS
from regulars.kit import clock
from regulars.loyalty.members.models import Member
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions.base_types import BASE_TYPES, MAILINGS
from regulars.loyalty.subscriptions.models import MailingType
from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.reading import Reading
from regulars.web.backoffice.scopes import partner_of

CHANNELS = [(str(channel), LABELS[channel]) for channel in LOYALTY_CHANNELS]
CAUSES = [
    (cause, columns.sentence_case(cause))
    for cause in ("registered", "changed", "unsubscribed", "preference_link", "bridge", "left")
]


def meaning_of(row: MailingType) -> str:
    """What a mailing type does, in a sentence."""
    if row.is_read_only:
        return "Members cannot turn it off: sign-in codes and changes to their account."
    own = f"Made from “{row.base}”: members started with what they had chosen for it. " if row.code != row.base else ""
    crosses = (
        "A member's choice of it crosses to Smart Communications, channel by channel."
        if row.code == MAILINGS
        else "A member's choice of it stays in Loyalty."
    )
    return own + crosses


class TypeForm(forms.ModelForm):
    """A mailing type of one's own: its name, its base, and the channels it may use."""

    name = forms.CharField(
        label="Name", max_length=80, widget=UnfoldAdminTextInputWidget, help_text="Members read it beside the switches."
    )
    code = forms.RegexField(
        label="Code", regex=r"^[a-z][a-z0-9_]{1,39}$", widget=UnfoldAdminTextInputWidget,
        help_text="What mailings and programs call it: small letters, digits and _. It stays as it is chosen.",
        error_messages={
            "invalid": "A code is of small letters, digits and _, and begins with a letter.",
            "unique": "There is already a mailing type with this code.",
        },
    )  # fmt: skip
    base = forms.ChoiceField(
        label="Made from", widget=UnfoldAdminSelectWidget, choices=[(base.code, base.name) for base in BASE_TYPES],
        help_text="Members start with what they chose for it. Only the base Mailings itself crosses to Smart Communications;"
        " own types never do.",
    )  # fmt: skip
    channels = forms.MultipleChoiceField(
        label="Channels", choices=CHANNELS, initial=[code for code, _ in CHANNELS], widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Others stay empty in every table.",
    )  # fmt: skip
    is_visible = forms.BooleanField(
        label="Shown to members", required=False, initial=True, widget=UnfoldBooleanWidget,
        help_text="Hidden ones keep what the base says.",
    )  # fmt: skip

    class Meta:
        model = MailingType
        fields = ("name", "code", "base", "channels", "is_visible")


class MailingTypePages(Reading):
    """Kinds of messages that a member can allow or refuse; own ones are made from a base."""

    partner_field = "partner_id"
    shared_by_partners = True
    add_title = "Make a mailing type"

    list_display = (
        "name", "code", columns.text("base", "Made from"), columns.codes("channels"),
        columns.yes_no("is_read_only", "Fixed"), columns.yes_no("is_visible", "Shown"),
    )  # fmt: skip
    ordering = ("position", "id")
    search_fields = ("name", "=code")
    fields = (
        "name", "code", columns.text("base", "Made from"), columns.codes("channels"),
        columns.yes_no("is_read_only", "Fixed"), columns.yes_no("is_visible", "Shown to members"),
        columns.named("what_it_is", "What that means", meaning_of),
    )  # fmt: skip
    add_fieldsets = ((None, {"fields": TypeForm.Meta.fields}),)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Ask for a new type; one that exists is looked at."""
        return super().get_form(request, obj, change, **({"form": TypeForm} if obj is None else {}), **kwargs)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may make mailing types."""
        return bool(request.user.has_perm("subscriptions.make_type"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of a type that exists, none of a new one."""
        return super().get_readonly_fields(request, obj) if obj else ()

    def save_model(self, request: HttpRequest, obj: MailingType, form: TypeForm, change: bool) -> None:
        """Make the type, for the employee's partner if there is one."""
        said = form.cleaned_data
        made = subscriptions.add_type(
            said["code"], name=said["name"], base=said["base"], channels=said["channels"], is_visible=said["is_visible"],
            partner_id=partner_of(request), by=self.actor(request), at=clock.now(),
        )  # fmt: skip
        obj.__dict__.update(made.__dict__)


class ConsentPages(Reading):
    """Every change of consent for ever: who, when, from where, which wording, why."""

    nothing = "Nobody chose anything yet"
    example = "Every registration, switch and opt-out writes a line here that stays for ever."
    search_fields = ("=member_id",)
    search_help_text = "The member's number"
    list_display = (
        columns.moment("recorded_at", "When"), columns.link("member_id", "Member"), columns.words("cause"),
        columns.text("door", "Where"), columns.words("by_kind", "Who"), columns.text("reason", longest=60),
    )  # fmt: skip
    list_filter = (filters.among("cause", "cause", CAUSES), filters.span("recorded_at"))
    knows = {"member_id": Member}
    fieldsets = (
        ("Change", {"fields": (
            columns.moment("recorded_at", "When"), columns.link("member_id", "Member"), columns.words("cause"),
            columns.pairs("cells", "Channels on afterwards"), columns.text("reason"),
            columns.text("wording", "Wording shown"),
        )}),
        ("Who did it", {"fields": ("by_kind", "by_id", "door")}),
    )  # fmt: skip
