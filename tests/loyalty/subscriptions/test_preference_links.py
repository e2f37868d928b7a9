"""The link of a message names member, mailing type and channel, and cannot be made by others."""

from typing import Any

import pytest

from regulars.loyalty.subscriptions import links
from regulars.loyalty.subscriptions.links import Link, LinkForged
from regulars.smartcomms.subscriptions import links as sister

LINK = Link("mem_0abc", "mailings", "email")


def test_a_link_reads_back_as_it_was_made() -> None:
    assert links.read(links.make(LINK)) == LINK
    assert links.address(LINK) == f"http://testserver/preferences/{links.make(LINK)}"


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t.replace(":", ""), lambda t: ""])
def test_a_link_that_was_changed_or_cut_is_refused(change: Any) -> None:
    with pytest.raises(LinkForged):
        links.read(change(links.make(LINK)))


@pytest.mark.parametrize("token", ["\x00", "a:b", ":", "é:é", "x" * 5000, "W10:1"])
def test_a_token_of_any_other_form_is_refused(token: str) -> None:
    with pytest.raises(LinkForged):
        links.read(token)


def test_a_link_of_the_sister_system_opens_nothing_here() -> None:
    with pytest.raises(LinkForged):
        links.read(sister.make(sister.Link("mem_0abc", "email", "news")))


def test_a_link_stays_good_after_the_key_was_changed(settings: Any) -> None:
    token = links.make(LINK)

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"

    assert links.read(token) == LINK
