"""The form in which keys are made and kept."""

import hashlib
import secrets


def make_key(prefix: str) -> str:
    """A new secret: a prefix that tells what it opens, and 256 random bits."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def hash_key(key: str) -> bytes:
    """SHA-256, enough for 256 random bits; the key itself is never stored."""
    return hashlib.sha256(key.encode()).digest()
