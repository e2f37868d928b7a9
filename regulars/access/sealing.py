"""Secrets that must be read again, such as an app's shared secret, as they lie in the database: sealed with the secret key."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"regulars.access.sealing"


class SealedOtherwise(Exception):
    """What was sealed cannot be opened: the secret key was replaced, and the earlier one is not among the fallbacks."""


def seal(text: str) -> str:
    """Seal with today's secret key."""
    return _keys()[0].encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Open what was sealed with today's secret key or with an earlier one. Raises `SealedOtherwise`."""
    try:
        return MultiFernet(_keys()).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealedOtherwise from error


def is_sealed_today(sealed: str) -> bool:
    """Whether today's secret key opens it."""
    try:
        _keys()[0].decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def renewed(sealed: str) -> str:
    """The same, sealed with today's secret key."""
    return MultiFernet(_keys()).rotate(sealed.encode()).decode()


def _keys() -> list[Fernet]:
    return [_key(each) for each in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]]


def _key(secret: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
