"""Columns of money and points as Loyalty writes them: minor units in the programme's currency, points in their own."""

from decimal import Decimal
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

    def plain(row: Any) -> Decimal | None:
        minor = getattr(row, field)
        return None if minor is None else figures.scaled(minor, _digits())

    return named(
        f"{field}_money", title or spoken(field), write, ordering=field, is_figure=True, plain=plain, unit=_unit
    )


def major(minor: int) -> Decimal:
    """Minor units as the amount of money they are."""
    return figures.scaled(minor, _digits())


def _digits() -> int:
    known = programme.find_kept()
    return known.currency_exponent if known else 0


def _unit() -> str:
    known = programme.find_kept()
    return known.currency if known else ""


def in_money(minor: int) -> str:
    """Write minor units in the programme's currency; without a programme as a bare number."""
    known = programme.find_kept()
    return figures.money(minor, known.currency) if known else figures.number(minor)


def points(field: str, title: str = "", *, signed: bool = False) -> Column:
    """Smallest units of the row's own currency of points, else of the default one."""

    def write(row: Any) -> str | None:
        units = getattr(row, field)
        return None if units is None else in_points(units, _currency_of(row), signed=signed)

    def plain(row: Any) -> Decimal | None:
        units = getattr(row, field)
        return None if units is None else figures.scaled(units, (_currency_of(row) or default_currency()).decimals)

    return named(f"{field}_points", title or spoken(field), write, ordering=field, is_figure=True, plain=plain)


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
