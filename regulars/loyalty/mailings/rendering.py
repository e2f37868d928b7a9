"""What one person gets of a mailing: the variables, and the texts filled with them."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from regulars.loyalty.mailings.models import Mailing
from regulars.loyalty.mailings.queries import SYSTEM, Person
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.subscriptions import links
from regulars.loyalty.subscriptions import queries as subscriptions
from regulars.messages.intents import Intent
from regulars.runs.models import Run, RunKind
from regulars.templates.content import Content, Rendered, choose, render

VARIABLES = {
    "first_name": "the member's first name",
    "last_name": "the member's last name",
    "programme": "the name of the programme",
    "balance": "how many points the member has",
    "currency": "the name of the points",
    "unsubscribe_url": "the link that ends these mailings",
}
SAMPLE_URL = "https://example.org/preferences/sample"
SAMPLE: dict[str, str] = {
    "first_name": "Anna",
    "last_name": "Morgan",
    "programme": "Corner Club",
    "balance": "840",
    "currency": "Points",
    "unsubscribe_url": SAMPLE_URL,
}


def content_of(mailing: Mailing) -> Content:
    """The mailing's texts, as templates understand them."""
    return Content(texts=mailing.texts, subject_lines=mailing.subject_lines, bodies=mailing.bodies)


def locales_of(mailing: Mailing) -> list[str]:
    """The languages that the mailing is written in."""
    return [
        locale for locale, text in (mailing.bodies if mailing.channel == "email" else mailing.texts).items() if text
    ]


def locale_for(mailing: Mailing, locale: str) -> str:
    """The language in which a member gets it: their own, else English, else the first there is."""
    return choose(content_of(mailing), locale) if locales_of(mailing) else locale


class Renderer:
    """Renders one mailing for many people; reads the programme and the mailing type once."""

    def __init__(self, mailing: Mailing) -> None:
        self.mailing = mailing
        self.content = content_of(mailing)
        self.currency = programme.get_currency()
        self.programme = programme.get().name
        kinds = {kind.code: kind for kind in subscriptions.list_types()}
        kind = kinds.get(mailing.mailing_type)
        self.can_be_refused = kind is not None and not kind.is_read_only

    def unsubscribe_url(self, person_id: str) -> str:
        """Where this person ends these mailings; nothing for a type that cannot be refused."""
        if not self.can_be_refused:
            return ""
        return links.address(links.Link(person_id, self.mailing.mailing_type, self.mailing.channel))

    def values(self, person: Person, *, unsubscribe_url: str) -> Mapping[str, str]:
        """The variables of one member."""
        decimals = self.currency.decimals
        return {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "programme": self.programme,
            "balance": str(Decimal(person.balance).scaleb(-decimals)) if decimals else str(person.balance),
            "currency": self.currency.name,
            "unsubscribe_url": unsubscribe_url,
        }

    def sample(self, *, unsubscribe_url: str = SAMPLE_URL) -> Mapping[str, str]:
        """The variables of somebody who is not a member."""
        return {
            **SAMPLE,
            "programme": self.programme,
            "currency": self.currency.name,
            "unsubscribe_url": unsubscribe_url,
        }

    def render(self, locale: str, values: Mapping[str, str]) -> Rendered:
        """The mailing in a language, filled with values; raises `TemplateRefused`."""
        return render(self.content, locale_for(self.mailing, locale), values)


def intent(
    run: Run, renderer: Renderer, person_id: str, address: str, rendered: Rendered, unsubscribe_url: str
) -> Intent:
    """The message of a run to one person."""
    mailing = renderer.mailing
    return Intent(
        system=SYSTEM,
        person_id=person_id,
        channel=mailing.channel,
        message_class="marketing",
        subject=mailing.mailing_type,
        origin=f"{'test' if run.kind == RunKind.TEST else 'run'}:{run.public_id}",
        template=f"mailing:{mailing.public_id}",
        address=address,
        sender=mailing.sender,
        text=rendered.text,
        lifetime=timedelta(hours=mailing.lifetime_hours),
        subject_line=rendered.subject_line,
        html=rendered.html,
        unsubscribe_url=unsubscribe_url if mailing.channel == "email" else "",
        run_id=run.pk,
    )
