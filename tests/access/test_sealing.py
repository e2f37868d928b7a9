"""Secrets that must be read again are sealed with the secret key, and survive its rotation."""

from typing import Any

import pytest

from regulars.access import sealing


def test_what_is_sealed_is_not_read_and_opens_again() -> None:
    sealed = sealing.seal("JBSWY3DPEHPK3PXP")

    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert sealing.seal("JBSWY3DPEHPK3PXP") != sealed, "the same secret twice does not look the same"
    assert sealing.unseal(sealed) == "JBSWY3DPEHPK3PXP"


def test_an_earlier_key_opens_until_it_is_dropped(settings: Any) -> None:
    sealed, earlier = sealing.seal("hush"), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [earlier]

    assert sealing.unseal(sealed) == "hush"
    assert not sealing.is_sealed_today(sealed)
    renewed = sealing.renewed(sealed)
    settings.SECRET_KEY_FALLBACKS = []

    assert sealing.unseal(renewed) == "hush"
    with pytest.raises(sealing.SealedOtherwise):
        sealing.unseal(sealed)


@pytest.mark.parametrize("broken", ["", "not sealed", "gAAAAA", "JBSWY3DPEHPK3PXP"])
def test_what_was_never_sealed_does_not_open(broken: str) -> None:
    with pytest.raises(sealing.SealedOtherwise):
        sealing.unseal(broken)


def test_a_letter_changed_is_noticed() -> None:
    sealed = sealing.seal("hush")
    place = len(sealed) // 2

    with pytest.raises(sealing.SealedOtherwise):
        sealing.unseal(sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :])
