"""Price lists are read as people write them: pasted, by semicolons, by commas, quoted; each mistake with its line."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.providers import queries
from regulars.web.backoffice import price_lists
from tests import make
from tests.loyalty.mailings import post
from tests.web.backoffice import staff
from tests.web.backoffice.test_price_lists import address

KAZAKH = {"+7": 25_000, "": 40_000}


@pytest.mark.parametrize(
    "text",
    [
        "+7 0.025\n0.04",
        "+7 0,025\n0,04",
        "prefix;price\n+7;0,025\n;0.04",
        "prefix,price\n+7,0.025\n0.04",
        '"prefix","price"\n"+7","0.025"\n"",0.04',
        "Prefix\tPrice\n+7\t0.025\n\t0.04",
        "\n\n  +7   .025  \r\n  .04\n",
        "'+7;0.025\n;0.04",
    ],
)
def test_a_list_is_read_in_any_form(text: str) -> None:
    found = price_lists.read(text)

    assert (found.prices, found.mistakes) == (KAZAKH, [])


def test_every_mistake_is_told_with_its_line() -> None:
    found = price_lists.read("+7 0.025\ncheap\n+7 1\n8 1\n+44 1e5\n+49 1")

    assert found.mistakes == [
        "Line 2 is not a beginning and a price, such as “+7 0.025”.",
        "Line 3 says “+7” again.",
        "Line 4 begins with “8”: a number begins with + and digits, such as +7.",
        "Line 5 is not a beginning and a price, such as “+7 0.025”.",
    ]
    assert found.prices == {"+7": 25_000, "+49": 1_000_000}


def test_a_thousand_mistakes_are_cut_and_a_list_without_end_is_refused() -> None:
    assert len(price_lists.read("x\n" * 1000).mistakes) == price_lists.MOST_MISTAKES
    endless = "\n".join(f"+{number} 1" for number in range(1, price_lists.MOST_LINES + 3))
    assert "one too many" in price_lists.read(endless).mistakes[0]


def test_what_is_written_is_read_back() -> None:
    prices = {"": 40_000, "+7": 25_000, "+7999": 1, "+44": 1_000_000}

    assert price_lists.read(price_lists.write(prices)).prices == prices


def test_two_lists_are_compared_line_by_line() -> None:
    lines = price_lists.compare({"": 4, "+7": 2, "+1": 9, "+44": 1}, {"": 5, "+7": 1, "+44": 1, "+49": 3})

    assert [(line.prefix, line.word) for line in lines] == [
        ("", "dearer"), ("+1", "gone"), ("+49", "new"), ("+7", "cheaper"), ("+44", "as it is"),
    ]  # fmt: skip


@pytest.fixture
def administrator(db: None) -> Client:
    make.programme()
    return staff.signed_in("administrator")


def test_looking_shows_what_would_change_and_keeps_nothing(administrator: Client) -> None:
    gateway_id = post.gateway(**{"": 40_000, "+7": 20_000})

    answer = administrator.post(address(gateway_id), {"lines": "+7 0.025\n+44 1", "look": "1"})

    assert answer.context["preview"]["sentence"] == "1 gone, 1 new, 1 dearer."
    assert answer.context["form"]["lines"].value() == "+7 0.025\n+44 1"
    assert queries.list_prices("sms") == {"": 40_000, "+7": 20_000}


def test_a_file_is_looked_at_and_set(administrator: Client) -> None:
    gateway_id = post.gateway()
    told = "\ufeffprefix;price\n+7;0,025\n;0,04\n".encode()

    looked = administrator.post(address(gateway_id), {"file": SimpleUploadedFile("p.csv", told), "look": "1"})
    administrator.post(address(gateway_id), {"lines": looked.context["form"]["lines"].value()})

    assert queries.list_prices("sms") == KAZAKH


@pytest.mark.parametrize(
    ("told", "words"),
    [(b"+7;cheap\n", "Line 1 is not"), (b"\xff\xfe+\x007\x00", "UTF-8"), (b"+7;1\n" * 300_000, "larger than 1 MB")],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(administrator: Client, told: bytes, words: str) -> None:
    gateway_id = post.gateway(**{"": 1})

    answer = administrator.post(address(gateway_id), {"file": SimpleUploadedFile("p.csv", told)})

    assert words in str(answer.context["form"].errors["file"])
    assert queries.list_prices("sms") == {"": 1}
