"""Numbers, money and dates in the reader's language: spaces in thousands, a real minus.

The space is the plain no-break one, which every font and every search knows; the style sheet makes it thin.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_precision, get_group_symbol
from django.utils import timezone
from django.utils.translation import get_language

GAP = "\u00a0"
MINUS = "\u2212"


@lru_cache
def known_locale(language: str) -> Locale:
    """Return the formats of a language; English stands in for one we do not speak."""
    return Locale.parse("ru" if language.startswith("ru") else "en")


def locale() -> Locale:
    """Return the formats of the language that the page is shown in."""
    return known_locale(get_language() or "en")


def _spaced(text: str) -> str:
    return text.replace(get_group_symbol(locale()), GAP).replace("-", MINUS)


def number(value: int | Decimal, decimals: int = 0) -> str:
    """Write a number with exactly so many decimals: 1 248 or 1 234,5."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return _spaced(format_decimal(value, pattern, locale=locale()))


def scaled(units: int, decimals: int) -> Decimal:
    """Return smallest units as the amount they stand for."""
    return Decimal(units).scaleb(-decimals)


def money(minor: int, currency: str) -> str:
    """Write minor units of a currency: $12.40, 1 240,50 ₽."""
    amount = scaled(minor, get_currency_precision(currency))
    return _spaced(format_currency(amount, currency, locale=locale()))


def points(units: int, decimals: int = 0) -> str:
    """Write units of points without the word."""
    return number(scaled(units, decimals), decimals)


def quantity(thousandths: int) -> str:
    """Write thousandths without needless zeros: 2, 0.456."""
    return _spaced(format_decimal(scaled(thousandths, 3), "#,##0.###", locale=locale()))


def percent(basis_points: int) -> str:
    """Write basis points as percent: 12.5 %."""
    return _spaced(format_decimal(scaled(basis_points, 2), "#,##0.##", locale=locale())) + GAP + "%"


def day(value: date) -> str:
    """Write a day in words: 3 May 2027, 3 мая 2027 г."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return format_date(value, "long" if locale().language == "ru" else "d MMMM y", locale=locale())


def moment(value: datetime) -> str:
    """Write a time in the page's zone: 24 Nov 2026, 14:05."""
    return format_datetime(timezone.localtime(value), "d MMM y, HH:mm", locale=locale())


def clock_time(value: datetime) -> str:
    """Write the hour and minute only, in the page's zone."""
    return timezone.localtime(value).strftime("%H:%M")


def grouped(digits: str) -> str:
    """Write a card number in groups of four, so that it can be read aloud."""
    return GAP.join(digits[i : i + 4] for i in range(0, len(digits), 4))
