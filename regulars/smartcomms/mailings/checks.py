"""What must hold before a mailing is written down, and before it goes out; each refusal names the field to correct."""

from collections.abc import Mapping

from regulars.kit.refusal import Refusal
from regulars.kit.text import is_storable
from regulars.messages.estimates import Estimate
from regulars.providers import queries as providers
from regulars.smartcomms.mailings import audience, queries, rendering
from regulars.smartcomms.mailings.audience import ADDRESSES, LANGUAGES
from regulars.smartcomms.mailings.models import Mailing
from regulars.templates import content

LONGEST_NAME = 200
LONGEST_SENDER = 100
MOST_HOURS = 720
CHANNEL_WORDS = {"sms": "SMS", "email": "email"}


class MailingNotPossible(Refusal):
    """A mailing cannot be as described; the field says what to correct."""

    code = "mailing_not_possible"


def can_be_written(mailing: Mailing) -> None:
    """Refuse a mailing that could never go out; one that is merely not finished may be kept. Raises `TemplateRefused` too."""
    if not mailing.name or len(mailing.name) > LONGEST_NAME:
        raise MailingNotPossible(f"A mailing has a name of at most {LONGEST_NAME} characters.", field="name")
    if mailing.channel not in ADDRESSES:
        raise MailingNotPossible("A mailing goes out over SMS or email.", field="channel")
    if mailing.category and queries.find_category(mailing.category) is None:
        raise MailingNotPossible(f"There is no category “{mailing.category[:60]}”.", field="category")
    audience.read(mailing.audience).check(category=mailing.category)
    if len(mailing.sender) > LONGEST_SENDER or not mailing.sender.isprintable():
        raise MailingNotPossible(f"A sender has at most {LONGEST_SENDER} characters.", field="sender")
    if not 1 <= mailing.lifetime_hours <= MOST_HOURS:
        raise MailingNotPossible(f"It is worth sending for 1 to {MOST_HOURS} hours.", field="lifetime_hours")
    for field in ("texts", "subject_lines", "bodies"):
        _storable(getattr(mailing, field), field)
    if rendering.locales_of(mailing):
        content.check(_as_if_finished(mailing), channel=mailing.channel, sample=rendering.SAMPLE)


def _as_if_finished(mailing: Mailing) -> content.Content:
    """The texts with a word where a language lacks one, so that all that is there can be tried."""
    if mailing.channel != "email":
        return rendering.content_of(mailing)
    locales = rendering.locales_of(mailing)
    return content.Content(
        texts={locale: text for locale, text in mailing.texts.items() if locale in locales},
        subject_lines={locale: mailing.subject_lines.get(locale) or "…" for locale in locales},
        bodies=mailing.bodies,
    )


def can_be_sent(mailing: Mailing) -> None:
    """Refuse a mailing whose texts are not finished, or for whose channel no gateway is on."""
    can_be_written(mailing)
    field = "bodies" if mailing.channel == "email" else "texts"
    if not rendering.locales_of(mailing):
        raise MailingNotPossible("Write what the mailing says.", field=f"{field}.en")
    content.check(rendering.content_of(mailing), channel=mailing.channel, sample=rendering.SAMPLE)
    if mailing.channel not in {account.channel for account in providers.list_accounts_on()}:
        words = CHANNEL_WORDS[mailing.channel]
        raise MailingNotPossible(f"No gateway for {words} is on. Set one up first.", field="channel")


def can_start(mailing: Mailing) -> None:
    """Refuse a mailing that would not reach anybody in the way it must."""
    can_be_sent(mailing)
    category = queries.find_category(mailing.category)
    if category is not None and not category.is_active:
        raise MailingNotPossible("This category is not in use any more. Choose another.", field="category")
    if mailing.channel == "email":
        _has_a_way_out(mailing)


def reaches_somebody(estimate: Estimate) -> None:
    """Refuse to start for nobody."""
    if not estimate.size:
        raise MailingNotPossible("Nobody is in this audience now.", field="audience.status")
    if not estimate.reachable:
        raise MailingNotPossible(
            "Nobody in this audience can be reached: see who is left out and why.", field="audience.status"
        )


def _has_a_way_out(mailing: Mailing) -> None:
    renderer = rendering.Renderer(mailing)
    for locale in rendering.locales_of(mailing):
        rendered = renderer.render(locale, renderer.sample())
        if rendering.SAMPLE_URL not in rendered.html and rendering.SAMPLE_URL not in rendered.text:
            raise MailingNotPossible(
                "An email needs the link to unsubscribe: {{ unsubscribe_url }}.", field=f"bodies.{locale}"
            )


def _storable(texts: Mapping[str, str], field: str) -> None:
    for locale, text in texts.items():
        if locale not in LANGUAGES:
            raise MailingNotPossible("Customers read English (en) and Russian (ru).", field=field)
        if not isinstance(text, str) or not is_storable(text):
            raise MailingNotPossible("The text holds a character that cannot be stored.", field=f"{field}.{locale}")
