"""Numbers, money and days read right in both languages: the gap in thousands, the comma, the form of the word."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from regulars.web.shell import figures
from regulars.web.shell.templatetags.shell import points_word

GAP = figures.GAP


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", [f"1{GAP}234.5", f"−1{GAP}234{GAP}567", "0", f"£1{GAP}240.50", f"12.5{GAP}%", "0.456", "3 May 2027"]),
        (
            "ru",
            [f"1{GAP}234,5", f"−1{GAP}234{GAP}567", "0", f"1{GAP}240,50{GAP}£", f"12,5{GAP}%", "0,456", "3 мая 2027"],
        ),
    ],
)
def test_figures_are_written_as_people_write_them(language: str, said: list[str]) -> None:
    with translation.override(language):
        written = [
            figures.number(Decimal("1234.5"), 1),
            figures.number(-1_234_567),
            figures.points(0),
            figures.money(124_050, "GBP"),
            figures.percent(1250),
            figures.quantity(456),
            figures.day(date(2027, 5, 3)),
        ]

    assert [one.removesuffix("\u202fг.") for one in written] == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "point points points points points points points"),
        ("ru", "балл балла баллов балл баллов балла баллов"),
    ],
)
def test_the_word_takes_the_form_of_the_number(language: str, said: str) -> None:
    with translation.override(language):
        assert " ".join(points_word(number) for number in (1, 2, 5, 21, 11, 22, 100)) == said
        assert points_word(12_345, 1) == {"en": "points", "ru": "балла"}[language], "1 234,5"
