"""Looks at the programme's settings; what every request needs is kept in the process for at most a minute."""

import time
from collections.abc import Callable

from regulars.kit.refusal import Refusal
from regulars.loyalty.programme.models import PointsCurrency, Programme
from regulars.loyalty.programme.worth import Worth

KEPT_S = 60.0
_kept: dict[str, tuple[float, object]] = {}


class NoProgramme(Refusal):
    """The installation has no programme yet."""

    code = "no_programme"
    status = 503


class UnknownPointsCurrency(Refusal):
    """No currency of points has that code."""

    code = "points_currency_unknown"


def get() -> Programme:
    """The programme, at most a minute old; raises `NoProgramme` while there is none."""
    programme = find_kept()
    if programme is None:
        raise NoProgramme("The loyalty programme has not been set up yet.")
    return programme


def find_kept() -> Programme | None:
    """The programme, at most a minute old, or None while there is none."""
    return _keep("programme", Programme.objects.first)


def find() -> Programme | None:
    """The programme as it is now, or None."""
    return Programme.objects.first()


def get_consent_mode(door: str) -> str:
    """What registration through this door asks about mailings."""
    programme = get()
    return str(programme.consent_modes.get(door) or programme.consent_mode)


def get_currency(code: str = "") -> PointsCurrency:
    """The currency of points with this code, or the default one; at most a minute old."""
    kept = _keep("currencies", lambda: list(PointsCurrency.objects.order_by("id")))
    for currency in kept or []:
        if currency.code == code or (not code and currency.is_default):
            return currency
    raise UnknownPointsCurrency(f"There is no currency of points “{code[:40]}”.", field="currency_code")


def get_worth(code: str = "") -> Worth:
    """What points of this currency, or of the default one, are worth when they pay."""
    currency = get_currency(code)
    return Worth.of(currency.worth_numerator, currency.worth_denominator)


def forget() -> None:
    """Drop what this process keeps, so that the next look asks the database."""
    _kept.clear()


def _keep[Kept](key: str, read: Callable[[], Kept]) -> Kept:
    known = _kept.get(key)
    if known is not None and time.monotonic() - known[0] < KEPT_S:
        return known[1]  # type: ignore[return-value]
    value = read()
    if value:  # what is missing is asked for again
        _kept[key] = (time.monotonic(), value)
    return value
