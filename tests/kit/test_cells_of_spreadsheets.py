"""No spreadsheet runs what we export, and what we export is read back as it was."""

import csv
import io
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regulars.kit import sheets

DANGEROUS = "=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"
TEXTS = st.one_of(st.text(), st.text(alphabet=f"'{DANGEROUS} a1\ufeff", max_size=6))


@given(TEXTS)
@example("'=1+1")
@example("''")
@example("'tis")
@example(" \ufeff=1+1")
def test_a_text_is_read_back_as_it_was(text: str) -> None:
    assert sheets.unquoted(sheets.quoted(text)) == text


@given(TEXTS)
def test_no_text_begins_as_a_formula(text: str) -> None:
    shown = sheets.quoted(text)

    assert shown.lstrip()[:1] not in set(DANGEROUS)
    assert shown[:1] not in set(DANGEROUS)


@given(st.text(alphabet=string.ascii_letters + string.digits + "äßжя .,;'\"_", min_size=1))
def test_a_name_that_is_no_formula_is_not_touched(text: str) -> None:
    assert sheets.quoted(text) == text


@pytest.mark.parametrize("phone", ["+79161234567", "+447700900001"])
def test_a_phone_is_a_text_with_all_its_digits(phone: str) -> None:
    assert sheets.quoted(phone) == f"'{phone}"
    assert sheets.unquoted(sheets.quoted(phone)) == phone


def test_what_somebody_typed_with_an_apostrophe_stays_theirs() -> None:
    assert sheets.quoted("'tis the season") == "'tis the season"
    assert sheets.unquoted("'tis the season") == "'tis the season"
    assert sheets.unquoted(sheets.quoted("'=already quoted")) == "'=already quoted"


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_a_line_comes_back_whatever_stands_in_it(cells: list[str]) -> None:
    read = next(csv.reader(io.StringIO(sheets.line(cells), newline="")))

    assert [sheets.unquoted(cell) for cell in read] == cells


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert sheets.line([-5, 12.5, None, True, "a;=b"]) == '-5,12.5,"","yes","a;=b"\r\n'
