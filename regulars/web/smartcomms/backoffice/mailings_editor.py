"""The editor of a mailing of Smart Communications: its form, and what it looks like to one customer meanwhile."""

from typing import Any

from django import forms
from django.http import QueryDict
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from regulars.kit.refusal import Refusal
from regulars.smartcomms.mailings import audience, queries, rendering
from regulars.smartcomms.mailings.actions import NewMailing
from regulars.smartcomms.mailings.audience import Audience
from regulars.smartcomms.mailings.models import Mailing
from regulars.smartcomms.subscriptions.models import Category
from regulars.web.backoffice import sending_editor
from regulars.web.backoffice.sending_editor import Preview, SendingForm
from regulars.web.backoffice.sending_forms import AddressesForm


class TestForm(AddressesForm):
    """Where a test goes, and as to whom it speaks."""

    as_customer = forms.CharField(
        required=False, label="Say it as to", widget=UnfoldAdminTextInputWidget,
        help_text="The public id of a customer; empty: as to whom it goes, else to somebody made up.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["addresses"].help_text = "One on each line, ten at most; phones with the code of their country."


class MailingForm(SendingForm):
    """What a marketer says about a mailing of this system, the audience among it."""

    whom = ("category", "audience.languages", "audience.status", "audience.is_verified")

    category = forms.ChoiceField(
        required=False, widget=UnfoldAdminSelectWidget,
        help_text="Whoever refused this category on this channel gets nothing; without one the channel alone decides.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category = self.fields["category"]
        assert isinstance(category, forms.ChoiceField)
        chosen = self.initial.get("category", "")
        offered = [each for each in Category.objects.order_by("name", "id") if each.is_active or each.code == chosen]
        category.choices = [("", "None: the channel alone decides"), *((each.code, each.name) for each in offered)]
        self.fields["audience.languages"] = forms.MultipleChoiceField(
            required=False, label="Languages", choices=list(audience.LANGUAGES.items()),
            widget=UnfoldAdminCheckboxSelectMultipleWidget, help_text="None chosen: whatever they read.",
        )  # fmt: skip
        self.fields["audience.status"] = forms.ChoiceField(
            required=False, label="Whom", choices=list(audience.STATUSES.items()), widget=UnfoldAdminSelectWidget
        )
        self.fields["audience.is_verified"] = forms.BooleanField(
            required=False, label="Verified addresses only", widget=UnfoldBooleanWidget
        )

    def new_mailing(self) -> NewMailing:
        """The mailing in the room's words."""
        said = self.cleaned_data
        languages, status = tuple(said["audience.languages"]), said["audience.status"]
        whom = Audience(languages, status, said["audience.is_verified"])
        return NewMailing(category=said["category"], audience=whom, **self.words())


def initial_of(mailing: Mailing | None) -> dict[str, Any]:
    """What the form shows at first."""
    if mailing is None:
        begun = rendering.starter_of("en")
        texts = {"subject_lines.en": begun.subject_lines["en"], "bodies.en": begun.bodies["en"]}
        return {"channel": "sms", "lifetime_hours": 48, "version": 0, **texts}
    chosen = audience.read(mailing.audience)
    return {
        **{
            name: getattr(mailing, name)
            for name in ("name", "channel", "category", "sender", "lifetime_hours", "version")
        },
        "audience.languages": chosen.languages,
        "audience.status": chosen.status,
        "audience.is_verified": chosen.is_verified,
        **sending_editor.initial_texts(mailing),
    }


def previews(said: QueryDict, *, may_see_people: bool) -> tuple[str, list[Preview]]:
    """Whom the previews are for, and one for each language that has a text."""
    typed = sending_editor.typed({name: str(said.get(name, "")) for name in said})
    chosen = Audience(
        languages=tuple(said.getlist("audience.languages")),
        status=said.get("audience.status", ""),
        is_verified="audience.is_verified" in said,
    )
    mailing = Mailing(
        category=said.get("category", ""), audience=chosen.stored(), sender=said.get("sender", ""), **typed
    )
    renderer = rendering.Renderer(mailing)
    person = _somebody(mailing) if may_see_people else None
    values = renderer.values(person, unsubscribe_url=rendering.SAMPLE_URL) if person else renderer.sample()
    whom = f"As {values['first_name']} {values['last_name']} gets it" if person else "As somebody made up gets it"
    locales = rendering.locales_of(mailing)
    return whom, [sending_editor.preview(renderer, each, values, channel=mailing.channel) for each in locales]


def _somebody(mailing: Mailing) -> queries.Person | None:
    """The first customer of the audience."""
    try:
        audience.read(mailing.audience).check(category=mailing.category)
    except Refusal:
        return None
    return queries.find_first(mailing)
