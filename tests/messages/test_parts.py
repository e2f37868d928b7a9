"""Cutting texts into SMS parts: nothing is lost, everything fits, nothing is cut in half."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messages import parts as sms
from regulars.messages.parts import costly_characters, encode_part, split

GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./09:;<=>?¡AZÄÖÑÜ§¿azäöñüà\f^{}\\[~]|€"


@given(st.text(max_size=2000))
def test_joined_parts_give_the_text_back(text: str) -> None:
    assert "".join(split(text).parts) == text


@given(st.text(alphabet=GSM, max_size=2000))
def test_every_part_of_a_gsm_text_fits(text: str) -> None:
    cut = split(text)
    total = len(cut.parts)

    octets = [encode_part(part, cut.encoding, number=n, total=total) for n, part in enumerate(cut.parts, start=1)]

    assert cut.encoding == "gsm7"
    assert all(len(part) <= (160 if total == 1 else 6 + 153) for part in octets)
    assert sum(map(len, octets)) - (6 * total if total > 1 else 0) == cut.units


@given(st.text(min_size=1, max_size=600).map(lambda text: text + "ж"))
def test_every_part_of_a_ucs2_text_fits_and_stands_alone(text: str) -> None:
    cut = split(text)
    total = len(cut.parts)

    octets = [encode_part(part, cut.encoding, number=n, total=total) for n, part in enumerate(cut.parts, start=1)]

    assert cut.encoding == "ucs2"
    assert all(len(part) <= 140 for part in octets)
    assert [part[6 if total > 1 else 0 :].decode("utf-16-be") for part in octets] == list(cut.parts)


@pytest.mark.parametrize(
    ("text", "count", "units"),
    [
        ("", 1, 0),
        ("a" * 160, 1, 160),
        ("a" * 161, 2, 161),
        ("a" * 306, 2, 306),
        ("a" * 307, 3, 307),
        ("€" * 80, 1, 160),
        ("€" * 81, 2, 162),
        ("ж" * 70, 1, 70),
        ("ж" * 71, 2, 71),
        ("ж" * 134, 2, 134),
        ("ж" * 135, 3, 135),
        ("🎁" * 35, 1, 70),
        ("🎁" * 36, 2, 72),
    ],
)
def test_the_lengths_of_the_standard(text: str, count: int, units: int) -> None:
    cut = split(text)

    assert (len(cut.parts), cut.units) == (count, units)


def test_an_extension_character_is_not_cut_in_half() -> None:
    cut = split("a" * 152 + "€" + "b" * 20)

    assert cut.parts == ("a" * 152, "€" + "b" * 20)


def test_a_surrogate_pair_is_not_cut_in_half() -> None:
    cut = split("ж" * 66 + "🎁" + "ж" * 20)

    assert cut.parts == ("ж" * 66, "🎁" + "ж" * 20)


def test_costly_characters_are_named_once_each_in_order() -> None:
    assert costly_characters("Скидка [5 €] — да") == list("Скида—")
    assert costly_characters("Only £5 {today}") == []


def test_the_joining_header_keeps_the_lowest_octet_of_the_reference() -> None:
    assert encode_part("a[", "gsm7", reference=0x1234, number=2, total=3) == b"\x05\x00\x03\x34\x03\x02a\x1b\x3c"
    assert encode_part("ж", "ucs2") == b"\x04\x36"


def test_more_parts_than_a_phone_can_count_are_refused() -> None:
    assert len(split("a" * 153 * 255).parts) == sms.MOST_PARTS

    with pytest.raises(sms.TextTooLong):
        split("a" * (153 * 255 + 1))
