"""How a text becomes SMS parts: the GSM-7 and UCS-2 alphabets, lengths, and the octets of each part."""

from dataclasses import dataclass
from typing import Literal

type Encoding = Literal["gsm7", "ucs2"]

# GSM 03.38 section 6.2.1, in code order. Position 0x1B is the escape to the extension table, no character of its own.
_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE = 0x1B
_EXTENSION = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
_GSM7: dict[str, bytes] = {
    **{character: bytes([code]) for code, character in enumerate(_ALPHABET) if code != _ESCAPE},
    **{character: bytes([_ESCAPE, code]) for character, code in _EXTENSION.items()},
}

# Units (septets, or UTF-16 code units) that fit into a text alone, and into each part of a longer one. The difference
# is the six octets that tell the phone how to join the parts.
_ALONE: dict[Encoding, int] = {"gsm7": 160, "ucs2": 70}
_JOINED: dict[Encoding, int] = {"gsm7": 153, "ucs2": 67}
MOST_PARTS = 255


class TextTooLong(ValueError):
    """The text needs more than 255 parts, and a phone cannot count further."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A text cut for sending: `units` is its whole length in septets (gsm7) or UTF-16 code units (ucs2)."""

    encoding: Encoding
    parts: tuple[str, ...]
    units: int


def split(text: str) -> Parts:
    """Cut a text into the fewest parts that phones can join again.

    One character outside the GSM alphabet makes the whole text UCS-2. Characters that take two units (the ten of the
    extension table; those beyond U+FFFF) are never cut in half. Raises TextTooLong above 255 parts.
    """
    encoding: Encoding = "ucs2" if any(character not in _GSM7 for character in text) else "gsm7"
    units = sum(_units(character, encoding) for character in text)
    if units <= _ALONE[encoding]:
        return Parts(encoding, (text,), units)

    parts = _cut(text, encoding, _JOINED[encoding])
    if len(parts) > MOST_PARTS:
        raise TextTooLong(f"The text needs {len(parts)} SMS parts; at most {MOST_PARTS} can be joined.")
    return Parts(encoding, tuple(parts), units)


def costly_characters(text: str) -> list[str]:
    """List the characters that make the text UCS-2 (70 instead of 160 in a part), each once, in order of appearance."""
    return list(dict.fromkeys(character for character in text if character not in _GSM7))


def encode_part(text: str, encoding: Encoding, *, reference: int = 0, number: int = 1, total: int = 1) -> bytes:
    """Turn one part into the octets of a short message.

    GSM-7 travels unpacked, one octet for a septet; UCS-2 is big-endian. With `total` above 1 the octets begin with the
    header that joins the parts: the same `reference` (its lowest 8 bits count) in all of them, `number` from 1.
    Raises KeyError if the text is not GSM-7 though `encoding` says so.
    """
    header = bytes([0x05, 0x00, 0x03, reference & 0xFF, total, number]) if total > 1 else b""
    return header + _encode(text, encoding)


def _units(character: str, encoding: Encoding) -> int:
    if encoding == "gsm7":
        return len(_GSM7[character])
    return 2 if ord(character) > 0xFFFF else 1


def _cut(text: str, encoding: Encoding, room: int) -> list[str]:
    parts, begin, used = [], 0, 0
    for position, character in enumerate(text):
        units = _units(character, encoding)
        if used + units > room:
            parts.append(text[begin:position])
            begin, used = position, 0
        used += units
    return [*parts, text[begin:]]


def _encode(text: str, encoding: Encoding) -> bytes:
    if encoding == "gsm7":
        return b"".join(_GSM7[character] for character in text)
    # A lone surrogate is no character; it must not stop a mailing.
    return text.encode("utf-16-be", errors="replace")
