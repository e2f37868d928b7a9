"""Reads what a cashier typed: quantities, prices and money, with point or comma."""

import re
from decimal import Decimal

from regulars.kit.refusal import Refusal
from regulars.kit.text import is_storable

LONGEST = 100
MOST_MONEY = 10**10
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,3})?|[.,]\d{1,3}")
_PRICE = re.compile(r"\d{1,7}[.,]\d{2}")


class NotReadable(Refusal):
    """What was typed cannot be read as what the field asks for."""

    code = "not_readable"


def text(raw: str) -> str:
    """One line of text; raises `NotReadable` if it is too long or holds what cannot be stored."""
    if len(raw) > LONGEST or not is_storable(raw):
        raise NotReadable("That cannot be a code or a name. Scan again, or type it.", field="code")
    return raw.strip()


def quantity(raw: str) -> int:
    """Thousandths of a piece or a kilogram; raises `NotReadable`."""
    return int(_number(raw, f"“{raw[:20]}” is not a quantity. Type 2, or 0.250 for a weight.", "quantity") * 1000)


def money(raw: str, exponent: int) -> int:
    """Minor units; raises `NotReadable`."""
    refusal = f"“{raw[:20]}” is not an amount. Type {'10.50' if exponent else '10'}."
    minor = _number(raw, refusal, "given").scaleb(exponent)
    if minor != int(minor) or minor > MOST_MONEY:
        raise NotReadable(refusal, field="given")
    return int(minor)


def points(raw: str, decimals: int) -> int:
    """Smallest units of points; raises `NotReadable`."""
    refusal = f"“{raw[:20]}” is not a number of points. Type {'12.5' if decimals else '120'}."
    units = _number(raw, refusal, "points").scaleb(decimals)
    if units != int(units):
        raise NotReadable(refusal, field="points")
    return int(units)


def price(raw: str, exponent: int) -> int | None:
    """Minor units if this is written like a price, with its decimals; else None."""
    return money(raw, exponent) if exponent == 2 and _PRICE.fullmatch(raw) else None


def _number(raw: str, refusal: str, field: str) -> Decimal:
    written = raw.replace("\u00a0", "").replace("\u2009", "").replace(" ", "")
    if not _NUMBER.fullmatch(written):
        raise NotReadable(refusal, field=field)
    return Decimal(written.replace(",", "."))
