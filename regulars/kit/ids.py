"""Public ids: a prefix that tells the kind and 128 random bits that tell nothing."""

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


def new(prefix: str) -> str:
    """Make a public id such as `mem_3f…`: prefix, underscore, 26 characters of Crockford's base 32 (128 random bits)."""
    number = secrets.randbits(128)
    return f"{prefix}_" + "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])


def is_id(text: str, prefix: str) -> bool:
    """Tell whether the text has the form of a public id of this kind."""
    head, _, tail = text.partition("_")
    return head == prefix and len(tail) == _LENGTH and all(letter in _ALPHABET for letter in tail)
