"""What must hold before a mailing is written down, and before it goes out; each refusal names the field to correct."""

from collections.abc import Mapping
from datetime import datetime

from regulars.kit.refusal import Refusal
from regulars.kit.text import is_storable
from regulars.loyalty.audiences import queries as audiences
from regulars.loyalty.mailings import rendering
from regulars.loyalty.mailings.models import Mailing
from regulars.loyalty.mailings.queries import KINDS
from regulars.loyalty.members.profiles import LOCALES
from regulars.loyalty.subscriptions import queries as subscriptions
from regulars.loyalty.subscriptions.bits import BITS
from regulars.loyalty.subscriptions.matrix import Kind
from regulars.messages.estimates import Estimate
from regulars.providers import queries as providers
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
    if mailing.channel not in KINDS:
        raise MailingNotPossible("A mailing goes out over SMS or email.", field="channel")
    _usable_type(mailing)
    if mailing.audience_id:
        audiences.get(mailing.audience_id)
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


def can_start(mailing: Mailing, *, at: datetime) -> None:
    """Refuse a mailing that would not reach anybody in the way it must."""
    can_be_sent(mailing)
    if not mailing.audience_id:
        raise MailingNotPossible("Choose an audience.", field="audience")
    if audiences.get(mailing.audience_id).is_archived:
        raise MailingNotPossible("This audience was archived. Choose another.", field="audience")
    if mailing.channel == "email" and not _usable_type(mailing).is_read_only:
        _has_a_way_out(mailing, at)


def reaches_somebody(estimate: Estimate) -> None:
    """Refuse to start for nobody."""
    if not estimate.size:
        raise MailingNotPossible("Nobody is in this audience now.", field="audience")
    if not estimate.reachable:
        raise MailingNotPossible(
            "Nobody in this audience can be reached: see who is left out and why.", field="audience"
        )


def _usable_type(mailing: Mailing) -> Kind:
    kind = next((each for each in subscriptions.list_types() if each.code == mailing.mailing_type), None)
    if kind is None:
        raise MailingNotPossible(f"There is no mailing type “{mailing.mailing_type[:40]}”.", field="mailing_type")
    if not kind.channels & BITS.get(mailing.channel, 0):  # type: ignore[call-overload]
        words = CHANNEL_WORDS.get(mailing.channel, mailing.channel)
        raise MailingNotPossible(f"“{kind.name}” is not sent over {words}.", field="mailing_type")
    return kind


def _has_a_way_out(mailing: Mailing, at: datetime) -> None:
    renderer = rendering.Renderer(mailing)
    for locale in rendering.locales_of(mailing):
        rendered = renderer.render(locale, renderer.sample())
        if rendering.SAMPLE_URL not in rendered.html and rendering.SAMPLE_URL not in rendered.text:
            raise MailingNotPossible(
                "An email that can be refused needs the link to do so: {{ unsubscribe_url }}.", field=f"bodies.{locale}"
            )


def _storable(texts: Mapping[str, str], field: str) -> None:
    for locale, text in texts.items():
        if locale not in LOCALES:
            raise MailingNotPossible("Members read English (en) and Russian (ru).", field=field)
        if not isinstance(text, str) or not is_storable(text):
            raise MailingNotPossible("The text holds a character that cannot be stored.", field=f"{field}.{locale}")
