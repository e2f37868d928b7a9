"""Email addresses: as people write them, and as they travel."""

import re
from dataclasses import dataclass
from unicodedata import category

import idna

_LONGEST = 254  # RFC 5321 4.5.3.1.3, without the angle brackets
_LONGEST_LOCAL = 64  # RFC 5321 4.5.3.1.1, in octets
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_UNFIT = frozenset('()<>[]:;@\\,"')


class BadAddress(ValueError):
    """This is no address that a server could be asked for."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address, ready to travel, and perhaps the name that is shown for it."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """What stands after the @."""
        return self.address.rpartition("@")[2]

    @classmethod
    def read(cls, written: str) -> "Mailbox":
        """Read `news@example.org` or `Corner Market <news@example.org>`. Raises BadAddress."""
        name, bracket, rest = written.strip().rpartition("<")
        if not bracket:
            return cls(travelling(rest))
        if not rest.endswith(">"):
            raise BadAddress("the bracket is not closed")
        name = name.strip().removeprefix('"').removesuffix('"')
        if not is_one_line(name):
            raise BadAddress("the name does not fit on a line")
        return cls(travelling(rest[:-1]), name)


def travelling(address: str) -> str:
    """Write an address as a server is told it: an international domain in ASCII (RFC 5890). Raises BadAddress.

    Quoted local parts and domains written as numbers are refused: nobody has them, and quoting is how commands get
    smuggled in.
    """
    local, _, domain = address.strip().rpartition("@")
    if not local or len(local.encode("utf-8", "replace")) > _LONGEST_LOCAL:
        raise BadAddress("the part before the @ is missing or too long")
    if any(sign.isspace() or sign in _UNFIT or category(sign) in ("Cc", "Cs") for sign in local):
        raise BadAddress("the part before the @ has signs that do not belong there")
    whole = f"{local}@{domain_in_ascii(domain)}"
    if len(whole) > _LONGEST:
        raise BadAddress("this is too long")
    return whole


def domain_in_ascii(domain: str) -> str:
    """Write a domain in ASCII. Raises BadAddress."""
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except UnicodeError:
            raise BadAddress("this domain cannot exist") from None
    if not all(_LABEL.fullmatch(label) for label in domain.split(".")):
        raise BadAddress("this domain cannot exist")
    return domain


def is_one_line(text: str) -> bool:
    """Whether a text can stand in a header: a line break in one would begin a header of somebody else's choice."""
    return not any(category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in text)
