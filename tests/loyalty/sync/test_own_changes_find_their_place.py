"""A change of Mailings made here is ranked among those of the sister, even when it is noted late, and then announced."""

from datetime import timedelta
from typing import Any

import pytest

from regulars.loyalty.members import actions as members
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.sync.models import ChannelVersion
from tests import make
from tests.loyalty.sync import bridge
from tests.make import AT, OPERATOR

pytestmark = pytest.mark.django_db
S = timedelta(seconds=1)


def announced(member: Any) -> list[tuple[str, bool]]:
    return [(one.body["channel"], one.body["is_on"]) for one in bridge.happened("loyalty.MailingsSwitched", member)]


def standing(member: Any, channel: str = "sms") -> tuple[bool, Any, str, bool]:
    row = ChannelVersion.objects.get(member_id=member.id, channel=channel)
    return row.is_on, row.version_at, row.origin, ("mailings", channel) not in bridge.off(member)


def set_sms(member: Any, is_on: bool, at: Any) -> None:
    subscriptions.set_cells(member, {("mailings", "sms"): is_on}, by=OPERATOR, at=at)


def test_a_change_of_mailings_is_announced_with_its_version() -> None:
    anna = make.member()
    set_sms(anna, False, AT + S)

    bridge.note(anna, AT + 2 * S)

    assert announced(anna) == [("sms", False)]
    assert standing(anna) == (False, AT + S, "loyalty", False)


def test_other_types_and_channels_of_one_side_only_never_cross() -> None:
    anna = make.member()
    subscriptions.add_type("club_news", name="Club news", base="mailings", by=OPERATOR, at=AT)
    cells = {("accrual", "sms"): False, ("club_news", "sms"): False, ("mailings", "viber"): False}
    subscriptions.set_cells(anna, cells | {("mailings", "social"): False}, by=OPERATOR, at=AT)

    bridge.note(anna, AT + S)

    assert announced(anna) == []
    assert not ChannelVersion.objects.exists()


def test_disabling_everything_crosses_as_the_three_channels_of_both_sides() -> None:
    anna = make.member()
    subscriptions.disable_all(anna, by=OPERATOR, at=AT)

    bridge.note(anna, AT + S)

    assert sorted(announced(anna)) == [("email", False), ("push", False), ("sms", False)]


def test_a_change_made_after_one_of_the_sister_ranks_after_it_whatever_her_clock_says() -> None:
    anna = make.member()
    bridge.receive(bridge.change(anna, "sms", False, AT + timedelta(minutes=4)), at=AT)
    set_sms(anna, True, AT + S)

    bridge.note(anna, AT + 2 * S)

    assert announced(anna) == [("sms", True)]
    assert standing(anna) == (True, AT + timedelta(minutes=4, microseconds=1), "loyalty", True)


def test_a_later_change_of_the_sister_that_arrived_before_the_note_still_wins() -> None:
    anna = make.member()
    set_sms(anna, False, AT)
    bridge.receive(bridge.change(anna, "sms", True, AT + S), at=AT + 2 * S)

    bridge.note(anna, AT + 3 * S, slice(1))

    assert announced(anna) == []
    assert standing(anna) == (True, AT + S, "smartcomms", True)


def test_an_earlier_change_of_the_sister_that_arrived_before_the_note_loses_and_the_cell_comes_back() -> None:
    anna = make.member()
    set_sms(anna, False, AT)
    set_sms(anna, True, AT + 2 * S)
    bridge.receive(bridge.change(anna, "sms", False, AT + S), at=AT + 3 * S)
    assert ("mailings", "sms") in bridge.off(anna)

    bridge.note(anna, AT + 4 * S, slice(2))

    assert standing(anna) == (True, AT + 2 * S, "loyalty", True)


def test_a_member_who_left_meanwhile_is_not_announced() -> None:
    anna = make.member()
    set_sms(anna, False, AT)
    members.leave(anna, by=OPERATOR, at=AT + S)

    bridge.note(anna, AT + 2 * S)

    assert announced(anna) == []
