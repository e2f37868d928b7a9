"""What one person gets of a mailing: the variables, and the texts filled with them."""

from collections.abc import Mapping
from datetime import timedelta
from email.utils import parseaddr

from regulars.messages.intents import Intent
from regulars.providers import queries as providers
from regulars.runs.models import Run, RunKind
from regulars.smartcomms.mailings.models import Mailing
from regulars.smartcomms.mailings.queries import SYSTEM, Person
from regulars.smartcomms.subscriptions import links
from regulars.templates import starter
from regulars.templates.content import Content, Rendered, choose, render

VARIABLES = {
    "first_name": "the customer's first name",
    "last_name": "the customer's last name",
    "sender_name": "the name that the mailing comes from",
    "unsubscribe_url": "the link to what the customer hears",
}
SAMPLE_URL = "https://example.org/u/sample"
SAMPLE: dict[str, str] = {
    "first_name": "Anna",
    "last_name": "Morgan",
    "sender_name": "Corner Shop",
    "unsubscribe_url": SAMPLE_URL,
}


def starter_of(locale: str) -> Content:
    """What a new email begins with; this system knows no programme, so the sender's name stands where its name stood."""
    known = starter.content(locale)

    def renamed(texts: Mapping[str, str]) -> dict[str, str]:
        return {each: text.replace("{{ programme }}", "{{ sender_name }}") for each, text in texts.items()}

    return Content({}, subject_lines=renamed(known.subject_lines), bodies=renamed(known.bodies))


def content_of(mailing: Mailing) -> Content:
    """The mailing's texts, as templates understand them."""
    return Content(texts=mailing.texts, subject_lines=mailing.subject_lines, bodies=mailing.bodies)


def locales_of(mailing: Mailing) -> list[str]:
    """The languages that the mailing is written in."""
    written = mailing.bodies if mailing.channel == "email" else mailing.texts
    return [locale for locale, text in written.items() if text]


def locale_for(mailing: Mailing, locale: str) -> str:
    """The language in which a customer gets it: their own, else English, else the first there is."""
    return choose(content_of(mailing), locale) if locales_of(mailing) else locale


class Renderer:
    """Renders one mailing for many people; reads what they share once."""

    def __init__(self, mailing: Mailing) -> None:
        self.mailing = mailing
        self.content = content_of(mailing)
        self.sender_name = _sender_name(mailing)

    def unsubscribe_url(self, person_id: str) -> str:
        """Where this person chooses what they hear; one click there ends the category, or the channel without one."""
        return links.address(links.Link(person_id, self.mailing.channel, self.mailing.category))

    def values(self, person: Person, *, unsubscribe_url: str) -> Mapping[str, str]:
        """The variables of one customer."""
        return {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "sender_name": self.sender_name,
            "unsubscribe_url": unsubscribe_url,
        }

    def sample(self, *, unsubscribe_url: str = SAMPLE_URL) -> Mapping[str, str]:
        """The variables of somebody who is not a customer."""
        return {**SAMPLE, "sender_name": self.sender_name, "unsubscribe_url": unsubscribe_url}

    def render(self, locale: str, values: Mapping[str, str]) -> Rendered:
        """The mailing in a language, filled with values; raises `TemplateRefused`."""
        return render(self.content, locale_for(self.mailing, locale), values)


def _sender_name(mailing: Mailing) -> str:
    """The name in the mailing's sender, else in its gateway's own; an address without a name stands for itself."""
    accounts = (account for account in providers.list_accounts_on() if account.channel == mailing.channel)
    sender = mailing.sender or str(next((account.settings.get("sender", "") for account in accounts), ""))
    if "@" not in sender:
        return sender
    name, address = parseaddr(sender)
    return name or address


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
        subject=mailing.category,
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
