"""Sensible guesses about a retailer from the browser's language: country, currency and time zone; nothing is binding."""

from dataclasses import dataclass
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_territory_currencies

# Where a country has several zones, the one where most of its people live.
MAIN_ZONES = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto",
    "CL": "America/Santiago", "CN": "Asia/Shanghai", "CY": "Asia/Nicosia", "DE": "Europe/Berlin",
    "EC": "America/Guayaquil", "ES": "Europe/Madrid", "ID": "Asia/Jakarta", "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow", "UA": "Europe/Kiev", "US": "America/New_York", "UZ": "Asia/Tashkent",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a programme may be at home."""

    region: str
    currency: str
    time_zone: str


ANYWHERE = Place("GB", "GBP", "Europe/London")


def guess(accept_language: str) -> Place:
    """Guess from an Accept-Language header: `de-AT,de;q=0.9` is Austria; `ru` alone is where most of its readers live."""
    for wanted in accept_language.split(","):
        tag = wanted.partition(";")[0].strip()
        region = _region(tag)
        currencies = get_territory_currencies(region) if region else []
        if currencies and (zone := _zones().get(region)):
            return Place(region, currencies[0], zone)
    return ANYWHERE


def _region(tag: str) -> str:
    try:
        found = Locale.parse(tag, sep="-")
        likely = found.territory or Locale.parse(get_global("likely_subtags").get(found.language, "")).territory
    except (UnknownLocaleError, ValueError, TypeError):
        return ""
    return likely if likely and len(likely) == 2 else ""


@cache
def _zones() -> dict[str, str]:
    zones: dict[str, str] = {}
    for zone, territory in get_global("zone_territories").items():
        zones.setdefault(territory, zone)
    return zones | MAIN_ZONES


@cache
def countries() -> list[tuple[str, str]]:
    """Codes and English names of all countries, by name."""
    named = Locale("en").territories.items()
    known = [(code, name) for code, name in named if len(code) == 2 and get_territory_currencies(code)]
    return sorted(known, key=lambda country: country[1])


@cache
def currencies() -> list[tuple[str, str]]:
    """Codes and English names of the currencies that some country uses, by code."""
    used = {code for country, _ in countries() for code in get_territory_currencies(country)}
    return [(code, Locale("en").currencies.get(code, code)) for code in sorted(used)]
