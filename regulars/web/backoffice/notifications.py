"""Rules that say which event sends which text; texts are changed here, and turned on and off."""

from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from regulars.kit import clock
from regulars.loyalty.notifications import actions as notifications
from regulars.loyalty.notifications.models import Rule
from regulars.loyalty.notifications.variables import SAMPLE
from regulars.web.backoffice import columns, filters
from regulars.web.backoffice.reading import Reading, button


class TextsForm(forms.Form):
    """What is sent in each language, how long it is worth sending, and whether it is sent at all."""

    lifetime_hours = forms.IntegerField(
        label="Hours it is worth sending", min_value=1, max_value=24 * 30, widget=UnfoldAdminIntegerFieldWidget
    )
    is_on = forms.BooleanField(label="On", required=False, widget=UnfoldBooleanWidget)
    field_order = (*(f"texts.{code}" for code, _ in settings.LANGUAGES), "lifetime_hours", "is_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, language in settings.LANGUAGES:
            self.fields[f"texts.{code}"] = forms.CharField(
                label=f"Text, {language}",
                required=False,
                max_length=2000,
                widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            )
        self.order_fields(self.field_order)


class RulePages(Reading):
    """When an event happens, this text goes out over this channel to those who allow it."""

    list_display = (
        "event", "channel", columns.text("mailing_type", "Mailing type"), columns.yes_no("is_on", "State", yes="On", no="Off"),
        columns.named("text_start", "Text", lambda row: next(iter(row.texts.values()), "")[:60] or None),
    )  # fmt: skip
    list_filter = (filters.truth("is_on"),)
    search_fields = ("event",)
    fieldsets = (
        ("Rule", {"fields": (
            "event", "channel", columns.text("mailing_type", "Mailing type"),
            columns.yes_no("is_on", "State", yes="On", no="Off"),
        )}),
        ("Message", {"fields": (
            columns.pairs("texts", "Text by language"), "sender",
            columns.number("lifetime_hours", "Hours it is worth sending"),
        )}),
    )  # fmt: skip
    actions_detail = ("set_text",)
    nothing = "No rule yet: events send nothing"

    def has_change_rule_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may change texts of notifications."""
        return bool(request.user.has_perm("notifications.change"))

    @button("Change text", icon="edit", permission="change_rule")
    def set_text(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the texts, try them, and keep them."""

        def act(rule: Rule, said: dict[str, Any]) -> str:
            written = {code: said[f"texts.{code}"] for code, _ in settings.LANGUAGES if said[f"texts.{code}"].strip()}
            notifications.set_rule(
                rule.event, channel=rule.channel, mailing_type=rule.mailing_type, texts=written, sender=rule.sender,
                lifetime_hours=said["lifetime_hours"], is_on=said["is_on"], by=self.actor(request), at=clock.now(),
            )  # fmt: skip
            return "It is set. What happens from now on is told with it."

        rule = self.get_object(request, object_id)
        known = {"lifetime_hours": rule.lifetime_hours, "is_on": rule.is_on} if isinstance(rule, Rule) else {}
        texts = {f"texts.{code}": text for code, text in rule.texts.items()} if isinstance(rule, Rule) else {}
        form: Any = partial(TextsForm, initial={**known, **texts})
        names = ", ".join(f"{{{{ {name} }}}}" for name in SAMPLE)
        return self.ask(
            request, object_id, act, title="Change text", form=form,
            sentence=f"Texts may name {names}. A text that cannot be rendered is not kept. Messages that wait keep their words.",
        )  # fmt: skip
