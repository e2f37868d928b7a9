"""Small rules about text that comes from outside."""

import unicodedata


def is_storable(text: str) -> bool:
    """Tell whether PostgreSQL can store the text: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)


def tidy(text: str) -> str:
    """Bring a name or label into one form: composed letters, single spaces, no control characters."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(" " if unicodedata.category(letter) in {"Cc", "Cf"} else letter for letter in composed)
    return " ".join(visible.split())
