"""The editor of a mailing of Loyalty: its form, and what the mailing looks like to one member while it is written."""

from collections.abc import Mapping
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from regulars.kit import clock
from regulars.kit.refusal import Refusal
from regulars.loyalty.audiences import queries as audiences
from regulars.loyalty.mailings import queries, rendering
from regulars.loyalty.mailings.actions import NewMailing
from regulars.loyalty.mailings.models import Mailing
from regulars.loyalty.subscriptions import queries as subscriptions
from regulars.templates import starter
from regulars.web.backoffice import sending_editor
from regulars.web.backoffice.sending_editor import Preview, SendingForm
from regulars.web.backoffice.sending_forms import AddressesForm


class TestForm(AddressesForm):
    """Where a test goes, and as to whom it speaks."""

    members = forms.CharField(
        required=False, label="Members", widget=UnfoldAdminTextInputWidget,
        help_text="Public ids, with spaces between them.",
    )  # fmt: skip
    as_member = forms.CharField(
        required=False, label="Say it as to", widget=UnfoldAdminTextInputWidget,
        help_text="The public id of a member; empty: as to whom it goes, else to somebody made up.",
    )  # fmt: skip


class MailingForm(SendingForm):
    """What a marketer says about a mailing of this system."""

    whom = ("mailing_type", "audience")

    mailing_type = forms.ChoiceField(
        widget=UnfoldAdminSelectWidget, help_text="Whoever refused this type on this channel gets nothing."
    )
    audience = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, partner_id: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types, whom = self.fields["mailing_type"], self.fields["audience"]
        assert isinstance(types, forms.ChoiceField)
        assert isinstance(whom, forms.ChoiceField)
        types.choices = [(kind.code, kind.name) for kind in subscriptions.list_types(partner_id=partner_id)]
        offered = audiences.list_audiences(partner_id=partner_id)
        whom.choices = [("", "Not chosen yet"), *((each.public_id, each.name) for each in offered)]

    def new_mailing(self) -> NewMailing:
        """The mailing in the room's words."""
        said = self.cleaned_data
        return NewMailing(mailing_type=said["mailing_type"], audience_id=said["audience"], **self.words())


def initial_of(mailing: Mailing | None) -> dict[str, Any]:
    """What the form shows at first; a new email begins with a page that works everywhere."""
    if mailing is None:
        page = starter.content("en")
        begun = {"subject_lines.en": page.subject_lines["en"], "bodies.en": page.bodies["en"]}
        return {"channel": "sms", "mailing_type": "mailings", "lifetime_hours": 48, "version": 0, **begun}
    plain = ("name", "channel", "mailing_type", "sender", "lifetime_hours", "version")
    texts = sending_editor.initial_texts(mailing)
    return {**{name: getattr(mailing, name) for name in plain}, "audience": mailing.audience_id, **texts}


def previews(
    said: Mapping[str, Any], *, may_see_people: bool, partner_id: int | None = None
) -> tuple[str, list[Preview]]:
    """Whom the previews are for, and one for each language that has a text; another partner's audience is nobody's."""
    typed = sending_editor.typed({name: str(said.get(name, "")) for name in said})
    whom = {"mailing_type": said.get("mailing_type", ""), "audience_id": said.get("audience", "")}
    mailing = Mailing(**whom, **typed)
    renderer = rendering.Renderer(mailing)
    person = _somebody(mailing, partner_id) if may_see_people and mailing.audience_id else None
    values = renderer.values(person, unsubscribe_url=rendering.SAMPLE_URL) if person else renderer.sample()
    words = f"As {values['first_name']} {values['last_name']} gets it" if person else "As somebody made up gets it"
    locales = rendering.locales_of(mailing)
    return words, [sending_editor.preview(renderer, each, values, channel=mailing.channel) for each in locales]


def _somebody(mailing: Mailing, partner_id: int | None) -> queries.Person | None:
    """The first member of the audience, if it is one that this partner may choose."""
    try:
        audience = audiences.get(mailing.audience_id)
        if partner_id is not None and audience.partner_id not in (None, partner_id):
            return None
        chosen = audiences.get_filter(audience)
        first = audiences.list_sample(chosen, limit=1, at=clock.now())
    except Refusal:
        return None
    people = queries.list_people(mailing.channel, [each.public_id for each in first])
    return people[0] if people else None
