"""The form in which keys are made and kept."""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Final

PREFIXES: Final[Mapping[str, str]] = {"test": "till_test", "team": "till_team", "live": "till_live"}
SHOWN: Final = 4


def make_key(prefix: str) -> str:
    """A new secret: a prefix that tells what it opens, and 256 random bits."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def make_till_key(kind: str) -> tuple[str, str]:
    """A new key of a till, whose first word tells its kind, and its beginning, by which people know it again."""
    prefix = PREFIXES[kind]
    key = make_key(prefix)
    return key, key[: len(prefix) + 1 + SHOWN]


def hash_key(key: str) -> bytes:
    """SHA-256, enough for 256 random bits; the key itself is never stored."""
    return hashlib.sha256(key.encode()).digest()
