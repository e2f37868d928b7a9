"""Columns of money and points as Loyalty writes them: minor units in the programme's currency, points in their own."""

from typing import Any

from regulars.loyalty.programme import queries as programme
from regulars.loyalty.programme.models import PointsCurrency
from regulars.web.backoffice.columns import Column, named, spoken
from regulars.web.shell import figures


def money(field: str, title: str = "") -> Column:
    """Minor units as money."""

    def write(row: Any) -> str | None:
        minor = getattr(row, field)
        return None if minor is None else in_money(minor)

    return named(f"{field}_money", title or spoken(field), write, ordering=field, is_figure=True)


def in_money(minor: int) -> str:
    """Write minor units in the programme's currency; without a programme as a bare number."""
    try:
        return figures.money(minor, programme.get().currency)
    except programme.NoProgramme:
        return figures.number(minor)


def points(field: str, title: str = "", *, signed: bool = False) -> Column:
    """Smallest units of the row's own currency of points, else of the default one."""

    def write(row: Any) -> str | None:
        units = getattr(row, field)
        return None if units is None else in_points(units, _currency_of(row), signed=signed)

    return named(f"{field}_points", title or spoken(field), write, ordering=field, is_figure=True)


def in_points(units: int, currency: PointsCurrency | None = None, *, signed: bool = False) -> str:
    """Write smallest units of points; `signed` puts a plus before what came in."""
    shown = figures.points(units, (currency or default_currency()).decimals)
    return f"+{shown}" if signed and units > 0 else shown


def default_currency() -> PointsCurrency:
    """The default currency of points; before there is one, whole points."""
    try:
        return programme.get_currency()
    except programme.UnknownPointsCurrency:
        return PointsCurrency(code="points", decimals=0)


def _currency_of(row: Any) -> PointsCurrency | None:
    known = getattr(row, "known", {}).get("currency_id")
    return known.row if known and isinstance(known.row, PointsCurrency) else None
