"""Cells become what the database keeps: money in the smallest unit, times in UTC, days by their end."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.loyalty.imports import values
from regulars.loyalty.imports.values import Context, Wrong

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def read(kind: str, cell: str, *, exponent: int = 2, zone: str = "Europe/London") -> str | None:
    return values.readers(Context(NOW, "GB", ZoneInfo(zone), exponent))[kind](cell)


@given(st.integers(0, 10**13 - 1), st.sampled_from([0, 2, 3]), st.sampled_from([".", ","]))
def test_money_is_read_to_the_last_minor_unit(minor: int, exponent: int, point: str) -> None:
    whole, rest = divmod(minor, 10**exponent)
    cell = f"{whole}{point}{rest:0{exponent}}" if exponent else str(whole)

    assert read("money", cell, exponent=exponent) == str(minor)


@pytest.mark.parametrize("cell", ["1,234.50", "1 000", "12.345", "-1", "1e3", "٣", "12.", ".5", "NaN", "9" * 15, "£5"])
def test_what_is_no_amount_is_wrong(cell: str) -> None:
    with pytest.raises(Wrong, match=r"12\.50"):
        read("money", cell)


@given(st.text())
def test_any_cell_is_read_or_wrong(cell: str) -> None:
    for kind in values.readers(Context(NOW, "GB", ZoneInfo("UTC"), 2)):
        with suppress(Wrong):
            read(kind, cell.strip())


@pytest.mark.parametrize(
    ("kind", "cell", "expected"),
    [
        ("time", "2026-07-01 12:00", "2026-07-01T11:00:00+00:00"),
        ("time", "2026-07-01T12:00:00+03:00", "2026-07-01T09:00:00+00:00"),
        ("time", "2026-07-01", "2026-06-30T23:00:00+00:00"),
        ("until", "2026-12-31", "2027-01-01T00:00:00+00:00"),
        ("until", "2026-12-31 12:00", "2026-12-31T12:00:00+00:00"),
        ("date", "1979-05-14", "1979-05-14"),
        ("flag", "YES", "t"),
        ("quantity", "0,345", "345"),
        ("number", "7.50", "7.50"),
        ("whole", "007", "7"),
        ("past", "", None),
    ],
)
def test_cells_become_what_the_database_keeps(kind: str, cell: str, expected: str | None) -> None:
    assert read(kind, cell) == expected


@pytest.mark.parametrize(
    ("kind", "cell"),
    [("past", "2026-11-25"), ("time", "0001-01-01"), ("until", "9999-12-31"), ("digits", "1234567"), ("digits", "12345678a"),
     ("state", "asleep"), ("flag", "maybe"), ("code", "by Mrs Jones"), ("path", "food / dairy"), ("zone", "Mars/Base"),
     ("whole", "1.5"), ("key", "x" * 101), ("text", "a\0b")],
)  # fmt: skip
def test_what_cannot_be_is_wrong(kind: str, cell: str) -> None:
    with pytest.raises(Wrong):
        read(kind, cell)
