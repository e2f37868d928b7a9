"""What a phone shows of the octets of a short message: alphabets and the headers of joined parts."""

from typing import NamedTuple

from regulars.sandbox import pdu

# Written down apart from the sender's table on purpose: an error in either shows up as a wrong letter.
_ASCII = bytes(range(128)).decode("ascii").translate({ord("$"): "¤", ord("@"): "¡", ord("`"): "¿"})
_BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\ufffdÆæßÉ" + _ASCII[0x20:0x5B] + "ÄÖÑÜ§" + _ASCII[0x60:0x7B] + "äöñüà"
_EXTENDED = dict(zip(b"\x0a\x14()/<=>@e", "\f^{}\\[~]|€", strict=True))
_ESCAPE = 0x1B


class Joined(NamedTuple):
    """Which part of a longer text this is; `number` counts from 1."""

    reference: int
    total: int
    number: int


def read_text(message: pdu.Message) -> tuple[str, Joined | None]:
    """Read the letters of a message and its place among joined parts, by header or by parameters."""
    octets, joined = message.octets, _joined_by_parameters(message.parameters)
    if message.esm_class & 0x40 and octets:
        end = octets[0] + 1
        joined = _joined_by_header(octets[1:end]) or joined
        octets = octets[end:]
    return _decode(octets, message.coding), joined


def _decode(octets: bytes, coding: int) -> str:
    if coding & 0x0F == 0x08:
        return octets.decode("utf-16-be", errors="replace")
    if coding in (0x00, 0x10):
        return _decode_gsm7(octets)
    return octets.decode("iso8859-5" if coding == 0x06 else "latin-1", errors="replace")


def _decode_gsm7(octets: bytes) -> str:
    letters: list[str] = []
    codes = iter(octets)
    for code in codes:
        if code == _ESCAPE:
            letters.append(_EXTENDED.get(next(codes, _ESCAPE), "\ufffd"))
        else:
            letters.append(_BASIC[code] if code < 128 else "\ufffd")
    return "".join(letters)


def _joined_by_header(elements: bytes) -> Joined | None:
    while len(elements) >= 2:
        kind, length = elements[0], elements[1]
        body, elements = elements[2 : 2 + length], elements[2 + length :]
        if (kind, length) in ((0x00, 3), (0x08, 4)) and len(body) == length:
            return Joined(int.from_bytes(body[:-2]), body[-2], body[-1])
    return None


def _joined_by_parameters(parameters: dict[int, bytes]) -> Joined | None:
    values = [parameters.get(tag) for tag in (pdu.SAR_REFERENCE, pdu.SAR_TOTAL, pdu.SAR_NUMBER)]
    if not all(values):
        return None
    return Joined(*(int.from_bytes(value or b"") for value in values))
