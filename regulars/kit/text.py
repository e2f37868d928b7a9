"""Small rules about text that comes from outside."""

import unicodedata


def is_storable(text: str) -> bool:
    """Tell whether PostgreSQL can store the text: no NUL, no half of a surrogate pair."""
    if text.isprintable():  # nothing of both is; far quicker than looking at each letter
        return True
    return "\x00" not in text and not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)


def tidy(text: str) -> str:
    """Bring a name or label into one form: composed letters, single spaces, no control characters."""
    if text.isprintable() and unicodedata.is_normalized("NFC", text):  # the blank is the only one among these
        return " ".join(text.split())
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(" " if unicodedata.category(letter) in {"Cc", "Cf"} else letter for letter in composed)
    return " ".join(visible.split())
