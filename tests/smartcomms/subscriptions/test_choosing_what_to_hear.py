"""Channels and categories are two levels: each goes off by itself, and what waits is cancelled at once."""

from datetime import timedelta

import pytest

from regulars.journal.models import Entry as JournalEntry
from regulars.smartcomms.subscriptions import actions as subscriptions
from regulars.smartcomms.subscriptions import queries
from regulars.smartcomms.subscriptions.models import ChannelSwitch, Entry
from tests.smartcomms import people
from tests.smartcomms.people import AT, EMPLOYEE

pytestmark = pytest.mark.django_db


def announced() -> list[tuple[str, str, bool]]:
    rows = JournalEntry.objects.filter(event="smartcomms.ChannelSwitched").order_by("id")
    return [(row.person_id, row.body["channel"], row.body["is_on"]) for row in rows]


def test_a_category_goes_off_without_its_channel_and_is_not_announced() -> None:
    people.category("black_friday", email=True)
    anna = people.customer()
    kept = people.message(anna.person_id, "email", address=anna.email)
    dropped = people.message(anna.person_id, "email", "black_friday", address=anna.email)

    saved = subscriptions.save_choices(
        anna.person_id,
        channels={},
        categories={("black_friday", "email"): False},
        by=people.myself(anna.person_id),
        at=AT,
    )

    assert (dict(saved.channels), dict(saved.categories)) == ({}, {("black_friday", "email"): False})
    assert queries.is_channel_on(anna.person_id, "email")
    assert people.states(anna.person_id) == {kept: "queued", dropped: "cancelled"}
    assert announced() == []


def test_a_whole_channel_goes_off_and_is_announced_with_its_version() -> None:
    people.category("black_friday", sms=True)
    anna = people.customer()
    over_sms = people.message(anna.person_id, "sms", "black_friday", address=anna.phone)
    by_email = people.message(anna.person_id, "email", address=anna.email)

    saved = subscriptions.switch_channel(
        anna.person_id, channel="sms", is_on=False, cause="employee", by=EMPLOYEE, at=AT
    )

    assert saved.messages_cancelled == 1
    assert people.states(anna.person_id) == {over_sms: "cancelled", by_email: "queued"}
    assert announced() == [(anna.person_id, "sms", False)]
    switch = ChannelSwitch.objects.get(person_id=anna.person_id, channel="sms")
    assert (switch.is_on, switch.version_at, switch.origin) == (False, AT, "smartcomms")
    (category,) = queries.get_choices(anna.person_id).categories
    assert category.statuses == {"sms": True}


@pytest.mark.parametrize("channel", ["autocall", "bot"])
def test_a_channel_that_loyalty_does_not_know_is_not_announced(channel: str) -> None:
    anna = people.customer()

    subscriptions.switch_channel(anna.person_id, channel=channel, is_on=False, cause="employee", by=EMPLOYEE, at=AT)

    assert not queries.is_channel_on(anna.person_id, channel)
    assert announced() == []


def test_saying_the_same_twice_is_written_once() -> None:
    anna = people.customer()
    wish = {"channels": {"sms": False}, "categories": {}, "by": people.myself(anna.person_id), "at": AT}

    first = subscriptions.save_choices(anna.person_id, **wish)
    second = subscriptions.save_choices(anna.person_id, **wish)

    assert (first.entry_id is None, second.entry_id is None) == (False, True)
    assert len(announced()) == 1
    assert Entry.objects.filter(person_id=anna.person_id).exclude(cause="loaded").count() == 1


def test_everything_saved_at_once_is_one_entry_with_its_reason() -> None:
    subscriptions.add_shipped_reasons()
    people.category("news", email=True)
    anna = people.customer()

    subscriptions.save_choices(
        anna.person_id,
        channels={"sms": False, "push": False},
        categories={("news", "email"): False},
        reason="too_many",
        by=people.myself(anna.person_id),
        at=AT,
    )

    entry, loaded = queries.list_entries(anna.person_id)
    assert (entry.cause, entry.reason, entry.by_kind, loaded.cause) == (
        "unsubscribe_page", "too_many", "member", "loaded",
    )  # fmt: skip
    assert entry.changes == {
        "channels": {"sms": False, "push": False},
        "categories": {"news": {"email": False}},
    }


def test_turning_off_every_category_is_not_turning_off_the_channel() -> None:
    people.category("news", email=True)
    people.category("sale", email=True)
    anna = people.customer()

    subscriptions.save_choices(
        anna.person_id,
        channels={},
        categories={("news", "email"): False, ("sale", "email"): False},
        by=people.myself(anna.person_id),
        at=AT,
    )

    assert queries.is_channel_on(anna.person_id, "email")


def test_a_switch_made_after_one_that_came_over_the_bridge_ranks_after_it() -> None:
    anna = people.customer()
    ahead = AT + timedelta(minutes=3)
    people.receive(consent=[people.change(anna.person_id, "sms", False, ahead)])

    subscriptions.switch_channel(anna.person_id, channel="sms", is_on=True, cause="employee", by=EMPLOYEE, at=AT)

    switch = ChannelSwitch.objects.get(person_id=anna.person_id, channel="sms")
    assert switch.version_at == ahead + timedelta(microseconds=1)
    assert switch.is_on


def test_a_hidden_category_is_for_employees_to_choose_about() -> None:
    people.category("service", is_visible=False, email=True)
    anna = people.customer()
    wish = {("service", "email"): False}

    with pytest.raises(subscriptions.CategoryHidden):
        subscriptions.save_choices(
            anna.person_id, channels={}, categories=wish, by=people.myself(anna.person_id), at=AT
        )
    subscriptions.save_choices(anna.person_id, channels={}, categories=wish, cause="employee", by=EMPLOYEE, at=AT)

    assert queries.get_choices(anna.person_id).categories[0].statuses == {"email": False}
    assert queries.get_choices(anna.person_id, visible_only=True).categories == ()


def test_what_does_not_exist_is_refused_by_name() -> None:
    anna = people.customer()
    by = people.myself(anna.person_id)

    with pytest.raises(subscriptions.ChannelUnknown):
        subscriptions.switch_channel(anna.person_id, channel="viber", is_on=False, cause="", by=by, at=AT)
    with pytest.raises(subscriptions.CategoryUnknown):
        subscriptions.save_choices(anna.person_id, channels={}, categories={("nothing", "sms"): False}, by=by, at=AT)
    with pytest.raises(subscriptions.ReasonUnknown):
        subscriptions.save_choices(
            anna.person_id, channels={"sms": False}, categories={}, reason="because", by=by, at=AT
        )
    with pytest.raises(subscriptions.CustomerUnknown):
        subscriptions.switch_channel("mem_0", channel="sms", is_on=False, cause="", by=by, at=AT)
    assert queries.is_channel_on(anna.person_id, "sms")


def test_reasons_are_a_dictionary_that_employees_extend() -> None:
    subscriptions.add_shipped_reasons()
    subscriptions.add_reason("moved", text="I have moved away", position=3, by=EMPLOYEE, at=AT)

    assert [reason.code for reason in queries.list_reasons()] == [
        "too_many", "not_for_me", "never_asked", "not_a_customer", "moved", "other",
    ]  # fmt: skip
    with pytest.raises(subscriptions.ReasonTaken):
        subscriptions.add_reason("moved", text="Gone", by=EMPLOYEE, at=AT)
