"""The personal link of a message: signed, good for ever, about one person, channel and category."""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing

from regulars.kit.refusal import NotFound

_SALT = "smartcomms.subscriptions.links"
LONGEST = 500


class LinkForged(NotFound):
    """The link was not made here, or was cut short."""

    code = "link_not_known"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is about; without a category it is about the channel."""

    person_id: str
    channel: str
    category: str = ""


def make(link: Link) -> str:
    """Sign a link; the token is good for ever, also after the signing key was changed and kept as a fallback."""
    return _signer().sign_object([link.person_id, link.channel, link.category])


def read(token: str) -> Link:
    """Read a token back. Raises `LinkForged`."""
    if len(token) > LONGEST:
        raise LinkForged("This link was not made here.")
    try:
        person_id, channel, category = _signer().unsign_object(token)
    except signing.BadSignature as error:
        raise LinkForged("This link was not made here, or was cut short.") from error
    return Link(person_id, channel, category)


def address(link: Link) -> str:
    """The whole address of the page behind the link."""
    return f"{settings.PUBLIC_ADDRESS}/u/{make(link)}"


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT)
