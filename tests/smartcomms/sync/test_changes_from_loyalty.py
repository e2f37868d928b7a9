"""A change of Mailings in Loyalty moves the channel switch here, by the rule of the bridge, and nothing else."""

from datetime import timedelta
from itertools import permutations

import pytest

from regulars.contract.channels import BRIDGED
from regulars.journal.models import Entry as JournalEntry
from regulars.smartcomms.subscriptions import queries
from regulars.smartcomms.subscriptions.models import ChannelSwitch, Entry
from regulars.smartcomms.sync import queries as sync
from tests.smartcomms import people
from tests.smartcomms.people import AT

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(seconds=1)


@pytest.mark.parametrize("channel", BRIDGED)
def test_a_channel_follows_and_categories_stay_as_they_were(channel: str) -> None:
    people.category("news", **{channel: True})
    anna = people.customer()
    waiting = people.message(anna.person_id, channel, "news")

    off = people.receive(consent=[people.change(anna.person_id, channel, False)])

    assert off.applied == 1
    assert [c for c, is_on in queries.get_choices(anna.person_id).channels.items() if not is_on] == [channel]
    assert queries.get_choices(anna.person_id).categories[0].statuses == {channel: True}
    assert people.states(anna.person_id) == {waiting: "cancelled"}

    people.receive(consent=[people.change(anna.person_id, channel, True, LATER)])

    assert queries.is_channel_on(anna.person_id, channel)


def test_nothing_is_ever_sent_back() -> None:
    anna = people.customer()

    people.receive(consent=[people.change(anna.person_id, "sms", False)])

    assert not JournalEntry.objects.filter(event="smartcomms.ChannelSwitched").exists()
    assert Entry.objects.filter(person_id=anna.person_id, cause="bridge").count() == 1


def test_every_order_and_repetition_ends_in_the_same_state() -> None:
    changes = [("sms", False, 0), ("sms", True, 1), ("sms", False, 1), ("sms", True, 0)]

    ends = set()
    for order in permutations(changes):
        anna = people.customer()
        for channel, is_on, second in [*order, order[0]]:
            people.receive(consent=[people.change(anna.person_id, channel, is_on, AT + timedelta(seconds=second))])
        row = ChannelSwitch.objects.get(person_id=anna.person_id, channel="sms")
        ends.add((row.is_on, row.version_at))

    assert ends == {(False, LATER)}


def test_a_replayed_batch_changes_nothing() -> None:
    anna = people.fact()
    consent = [people.change(anna.person_id, "sms", False)]

    first, second = people.receive(anna, consent=consent), people.receive(anna, consent=consent)

    assert (first.applied, second.applied, second.unchanged) == (2, 0, 2)
    assert Entry.objects.filter(person_id=anna.person_id).count() == 2


def test_a_change_that_comes_before_its_customer_waits_for_them() -> None:
    anna = people.fact()

    people.receive(consent=[people.change(anna.person_id, "push", False)])
    people.receive(anna)

    assert [c for c, is_on in queries.get_choices(anna.person_id).channels.items() if not is_on] == ["push"]


def test_a_change_from_a_clock_that_is_far_ahead_is_put_aside_once_and_blocks_nothing() -> None:
    anna = people.customer()
    ahead = people.change(anna.person_id, "sms", False, AT + timedelta(days=365))

    outcomes = [people.receive(consent=[ahead]) for _ in range(2)]
    true = people.receive(consent=[people.change(anna.person_id, "sms", False, LATER)], at=LATER)

    assert [outcome.quarantined for outcome in outcomes] == [1, 1]
    assert sync.count_quarantined() == 1
    assert true.applied == 1


def test_a_clock_that_fell_back_to_1970_loses_to_everything_later() -> None:
    anna = people.customer()
    long_ago = AT.replace(year=1970, month=1, day=2)
    people.receive(consent=[people.change(anna.person_id, "sms", False)])

    outcome = people.receive(consent=[people.change(anna.person_id, "sms", True, long_ago)])

    assert outcome.unchanged == 1
    assert not queries.is_channel_on(anna.person_id, "sms")


def test_our_own_change_coming_back_is_an_echo_and_does_nothing() -> None:
    anna = people.customer()

    outcome = people.receive(consent=[people.change(anna.person_id, "sms", False, origin="smartcomms")])

    assert outcome.unchanged == 1
    assert queries.is_channel_on(anna.person_id, "sms")
