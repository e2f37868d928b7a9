"""What crosses the bridge: every channel in every direction, by parcels one way and over real HTTP the other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regulars.contract.channels import BRIDGED, LOYALTY_CHANNELS, SMARTCOMMS_CHANNELS
from regulars.loyalty.members import actions as members
from regulars.loyalty.subscriptions import actions as loyalty
from regulars.loyalty.subscriptions.base_types import BASE_TYPES
from regulars.smartcomms.customers import queries as customers
from regulars.smartcomms.subscriptions import queries as choices
from tests import make
from tests.smartcomms import both, people
from tests.smartcomms.both import Both

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.smartcomms.sister")]
TYPES = [kind.code for kind in BASE_TYPES if not kind.is_read_only]


@pytest.fixture
def systems(settings: Any, db: None, tmp_path: Path) -> Iterator[Both]:
    with both.systems(settings, tmp_path) as made:
        yield made


@pytest.mark.parametrize("channel", SMARTCOMMS_CHANNELS)
def test_a_whole_channel_off_and_on_in_smart_communications(systems: Both, channel: str) -> None:
    crosses = channel in BRIDGED

    systems.in_smartcomms({channel: False})
    crossed = systems.relay()

    assert crossed == int(crosses)
    assert systems.off_in_loyalty() == ({("mailings", channel)} if crosses else set())

    systems.in_smartcomms({channel: True})
    systems.relay()

    assert systems.off_in_loyalty() == set()


@pytest.mark.parametrize("channel", SMARTCOMMS_CHANNELS)
def test_one_category_off_never_crosses(systems: Both, channel: str) -> None:
    people.category("black_friday", **{channel: True}, at=systems.at)

    systems.in_smartcomms({}, {("black_friday", channel): False})

    assert systems.relay() == 0
    assert systems.off_in_loyalty() == set()


@pytest.mark.parametrize("channel", LOYALTY_CHANNELS)
@pytest.mark.parametrize("kind", TYPES)
def test_a_cell_off_and_on_in_loyalty(systems: Both, kind: str, channel: str) -> None:
    people.category("black_friday", **({channel: True} if channel in SMARTCOMMS_CHANNELS else {}), at=systems.at)
    before = choices.get_choices(systems.member.public_id).categories
    crosses = kind == "mailings" and channel in BRIDGED

    systems.in_loyalty({(kind, channel): False})
    crossed = systems.relay()

    assert crossed == int(crosses)
    assert systems.off_in_smartcomms() == ({channel} if crosses else set())
    assert choices.get_choices(systems.member.public_id).categories == before

    systems.in_loyalty({(kind, channel): True})
    systems.relay()

    assert systems.off_in_smartcomms() == set()


def test_a_type_of_ones_own_never_crosses(systems: Both) -> None:
    loyalty.add_type("club_news", name="Club news", base="mailings", by=make.BY, at=systems.tick())

    systems.in_loyalty({("club_news", str(channel)): False for channel in LOYALTY_CHANNELS})

    assert systems.relay() == 0
    assert systems.off_in_smartcomms() == set()


def test_each_change_crosses_once_and_then_it_is_quiet(systems: Both) -> None:
    systems.in_smartcomms({"sms": False, "email": False, "bot": False})
    systems.in_loyalty({("mailings", "push"): False, ("offers", "push"): False})

    assert systems.relay() == 3
    assert systems.relay() == 0
    assert systems.off_in_smartcomms() == {"sms", "email", "push", "bot"}
    assert systems.off_in_loyalty() == {
        ("mailings", "sms"), ("mailings", "email"), ("mailings", "push"), ("offers", "push"),
    }  # fmt: skip


def test_changes_made_on_both_sides_before_either_was_told_end_alike(systems: Both) -> None:
    systems.in_smartcomms({"sms": False})
    systems.in_loyalty({("mailings", "sms"): False})
    systems.in_loyalty({("mailings", "sms"): True})

    systems.relay()

    assert systems.off_in_smartcomms() == set()
    assert systems.off_in_loyalty() == set()


def test_a_changed_profile_and_leaving_cross_too(systems: Both) -> None:
    members.change_profile(systems.member, {"first_name": "Anya"}, by=make.BY, at=systems.tick())
    systems.relay()
    known = customers.find(systems.member.public_id)
    assert known is not None
    assert (known.first_name, known.email) == ("Anya", "anna@example.org")

    members.leave(systems.member, by=make.BY, at=systems.tick())
    systems.relay()
    assert customers.find(systems.member.public_id) is None
