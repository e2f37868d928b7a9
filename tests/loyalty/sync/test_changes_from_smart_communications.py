"""A whole channel switched in Smart Communications moves Mailings × that channel here, and nothing else."""

from datetime import timedelta
from itertools import permutations

import pytest

from regulars.contract.channels import BRIDGED
from regulars.journal.models import Entry as JournalEntry
from regulars.loyalty.members import actions as members
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.subscriptions import queries as consent
from regulars.loyalty.sync import queries as sync
from regulars.loyalty.sync.models import ChannelVersion
from tests import make
from tests.loyalty.sync import bridge
from tests.make import AT, BY

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(seconds=1)


@pytest.mark.parametrize("channel", BRIDGED)
def test_mailings_over_the_channel_become_inactive_and_other_types_stay(channel: str) -> None:
    anna = make.member()
    subscriptions.add_type("club_news", name="Club news", base="mailings", by=BY, at=AT)

    off = bridge.receive(bridge.change(anna, channel, False))

    assert off.applied == 1
    assert bridge.off(anna) == {("mailings", channel)}
    assert consent.list_entries(anna)[0].cause == "bridge"
    assert consent.rebuild_from_journal(anna) == consent.get_choices(anna)

    on = bridge.receive(bridge.change(anna, channel, True, LATER), at=LATER)

    assert on.applied == 1
    assert bridge.off(anna) == set()


def test_nothing_is_ever_sent_back() -> None:
    anna = make.member()

    bridge.receive(bridge.change(anna, "sms", False))
    bridge.note(anna, LATER)

    assert not JournalEntry.objects.filter(event="loyalty.MailingsSwitched").exists()


def test_every_order_and_repetition_ends_in_the_same_state() -> None:
    changes = [(False, 0), (True, 1), (False, 1), (True, 0)]

    ends = set()
    for order in permutations(changes):
        anna = make.member()
        for is_on, second in [*order, order[0]]:
            bridge.receive(bridge.change(anna, "sms", is_on, AT + timedelta(seconds=second)))
        row = ChannelVersion.objects.get(member_id=anna.id, channel="sms")
        ends.add((row.is_on, row.version_at, ("mailings", "sms") in bridge.off(anna)))

    assert ends == {(False, LATER, True)}


def test_of_several_changes_in_one_request_the_last_one_counts() -> None:
    anna = make.member()

    outcome = bridge.receive(
        bridge.change(anna, "sms", True, LATER), bridge.change(anna, "sms", False), bridge.change(anna, "email", False)
    )

    assert (outcome.applied, outcome.unchanged) == (2, 1)
    assert bridge.off(anna) == {("mailings", "email")}


def test_nobody_and_those_who_left_are_counted_and_nothing_is_made_for_them() -> None:
    anna = make.member()
    members.leave(anna, by=BY, at=AT)

    outcome = bridge.receive(bridge.change(anna, "sms", False), bridge.change("mem_nobody", "sms", False))

    assert outcome.unknown == 2
    assert not ChannelVersion.objects.exists()


def test_a_change_from_a_clock_that_is_far_ahead_is_put_aside_once_and_blocks_nothing() -> None:
    anna = make.member()
    ahead = bridge.change(anna, "sms", False, AT + timedelta(hours=1))

    outcomes = [bridge.receive(ahead) for _ in range(2)]
    true = bridge.receive(bridge.change(anna, "sms", False, LATER), at=LATER)

    assert [outcome.quarantined for outcome in outcomes] == [1, 1]
    assert sync.count_quarantined() == 1
    assert true.applied == 1


def test_our_own_change_coming_back_is_an_echo_and_does_nothing() -> None:
    anna = make.member()

    outcome = bridge.receive(bridge.change(anna, "sms", False, LATER, origin="loyalty"), at=LATER)

    assert outcome.unchanged == 1
    assert bridge.off(anna) == set()
