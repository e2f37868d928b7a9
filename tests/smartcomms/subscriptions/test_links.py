"""The link of a message names person, channel and category, cannot be made by others, and turns off exactly that."""

from typing import Any

import pytest

from regulars.smartcomms.subscriptions import actions as subscriptions
from regulars.smartcomms.subscriptions import links, queries
from regulars.smartcomms.subscriptions.links import Link, LinkForged
from tests.smartcomms import people
from tests.smartcomms.people import AT

pytestmark = pytest.mark.django_db


def test_a_link_reads_back_as_it_was_made() -> None:
    link = Link("mem_0abc", "email", "black_friday")

    assert links.read(links.make(link)) == link
    assert links.address(link) == f"http://testserver/u/{links.make(link)}"


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t.replace(":", ""), lambda t: ""])
def test_a_link_that_was_changed_or_cut_is_refused(change: Any) -> None:
    with pytest.raises(LinkForged):
        links.read(change(links.make(Link("mem_0abc", "email"))))


@pytest.mark.parametrize("token", ["\x00", "a:b", ":", "é:é", "x" * 5000, "W10:1"])
def test_a_token_of_any_other_form_is_refused(token: str) -> None:
    with pytest.raises(LinkForged):
        links.read(token)


def test_a_link_stays_good_after_the_key_was_changed(settings: Any) -> None:
    token = links.make(Link("mem_0abc", "email"))

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"

    assert links.read(token).person_id == "mem_0abc"


def test_one_click_turns_off_exactly_the_category_on_that_channel() -> None:
    people.category("news", email=True, sms=True)
    people.category("sale", email=True)
    anna = people.customer()

    saved = subscriptions.one_click(Link(anna.person_id, "email", "news"), by=people.myself(anna.person_id), at=AT)
    again = subscriptions.one_click(Link(anna.person_id, "email", "news"), by=people.myself(anna.person_id), at=AT)

    choices = queries.get_choices(anna.person_id)
    assert dict(saved.categories) == {("news", "email"): False}
    assert again.entry_id is None
    assert {choice.code: choice.statuses for choice in choices.categories} == {
        "news": {"sms": True, "email": False},
        "sale": {"email": True},
    }
    assert all(choices.channels.values())


@pytest.mark.parametrize("category", ["", "deleted_long_ago"])
def test_one_click_without_a_category_turns_off_the_channel(category: str) -> None:
    anna = people.customer()

    subscriptions.one_click(Link(anna.person_id, "sms", category), by=people.myself(anna.person_id), at=AT)

    assert [c for c, is_on in queries.get_choices(anna.person_id).channels.items() if not is_on] == ["sms"]


def test_one_click_of_somebody_who_left_or_never_was_does_nothing() -> None:
    anna = people.customer()
    people.receive(people.gone(anna.person_id))

    for person_id in (anna.person_id, "mem_nobody"):
        saved = subscriptions.one_click(Link(person_id, "email"), by=people.myself(person_id), at=AT)
        assert saved.entry_id is None
