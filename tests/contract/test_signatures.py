"""What the sister signed is taken for five minutes; everything else is not."""

import pytest

from regulars.contract.signing import TOLERANCE_S, is_authentic, is_signed, sign

NOW = 1_795_000_000


def test_a_body_signed_with_the_key_is_taken() -> None:
    assert is_signed("key", b"{}", sign("key", b"{}", NOW), NOW)
    assert is_signed("key", b"{}", sign("key", b"{}", NOW), NOW + TOLERANCE_S)


def test_another_key_another_body_or_another_time_is_not_taken() -> None:
    header = sign("key", b"{}", NOW)

    assert not is_signed("other", b"{}", header, NOW)
    assert not is_signed("key", b"{ }", header, NOW)
    assert not is_signed("key", b"{}", header.replace(str(NOW), str(NOW + 1)), NOW)
    assert not is_signed("key", b"{}", header, NOW + TOLERANCE_S + 1)
    assert not is_signed("key", b"{}", header, NOW - TOLERANCE_S - 1)


@pytest.mark.parametrize("header", ["", "t=,v1=", "t=1", "v1=ab", "t=-1,v1=x", f"t={NOW},v1=é", "t=٣,v1=x", "," * 99])
def test_a_header_of_another_form_is_not_taken(header: str) -> None:
    assert not is_signed("key", b"{}", header, NOW)


def test_what_waited_for_days_is_authentic_all_the_same_and_a_changed_one_is_not() -> None:
    header = sign("key", b"{}", NOW)

    assert is_authentic("key", b"{}", header)
    assert not is_authentic("other", b"{}", header)
    assert not is_authentic("key", b"{ }", header)
    assert not is_authentic("key", b"{}", header.replace(str(NOW), str(NOW + 1)))
    assert not is_authentic("key", b"{}", "")
