"""Turns what a till scanned into an identifier, by an ordered table of masks; pure."""

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["card", "phone", "member"]


@dataclass(frozen=True, slots=True)
class Identifier:
    """How the till knows the customer."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Mask:
    """A pattern of raw scans; the first group of the pattern is the value, after the noise is removed."""

    pattern: re.Pattern[str]
    kind: Kind


MASKS: Final = (
    Mask(re.compile(r"^(mem_[0-9a-z]{26})$"), "member"),
    Mask(re.compile(r"^[;%]?(\d{13})[?]?$"), "card"),
    Mask(re.compile(r"^(\+\d[\d ()\-]{6,20})$"), "phone"),
    Mask(re.compile(r"^(0[\d ()\-]{6,20})$"), "phone"),
    Mask(re.compile(r"^(\d{10,12})$"), "phone"),
    Mask(re.compile(r"^(\d{8,19})$"), "card"),
)


def read(raw: str) -> Identifier | None:
    """Read a raw scan; None when no mask fits."""
    for mask in MASKS:
        if found := mask.pattern.match(raw.strip()):
            return Identifier(mask.kind, found.group(1))
    return None
