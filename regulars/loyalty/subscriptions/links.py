"""The personal link of a message: signed, good for ever, about one member, mailing type and channel."""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing

from regulars.kit.refusal import NotFound

_SALT = "loyalty.subscriptions.links"
LONGEST = 500


class LinkForged(NotFound):
    """The link was not made here, or was cut short."""

    code = "link_not_known"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is about: whose consent, and the cell of the matrix that the message needed."""

    person_id: str
    mailing_type: str
    channel: str


def make(link: Link) -> str:
    """Sign a link; the token is good for ever, also after the signing key was changed and kept as a fallback."""
    return _signer().sign_object([link.person_id, link.mailing_type, link.channel])


def read(token: str) -> Link:
    """Read a token back. Raises `LinkForged`."""
    if len(token) > LONGEST:
        raise LinkForged("This link was not made here.")
    try:
        person_id, mailing_type, channel = _signer().unsign_object(token)
    except signing.BadSignature as error:
        raise LinkForged("This link was not made here, or was cut short.") from error
    return Link(person_id, mailing_type, channel)


def address(link: Link) -> str:
    """The whole address of the page behind the link."""
    return f"{settings.PUBLIC_ADDRESS}/preferences/{make(link)}"


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT)
