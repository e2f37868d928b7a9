"""Loyalty tells Smart Communications of members: one by one as things happen, and all of them at first."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from regulars.contract.sending import SisterNotReached
from regulars.kit import clock
from regulars.loyalty.members import actions as members
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.sync import actions as sync
from regulars.smartcomms.customers import queries as customers
from regulars.smartcomms.subscriptions import queries as choices
from tests import make
from tests.loyalty.sync import bridge
from tests.smartcomms import sister

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.smartcomms.sister")]


@pytest.fixture
def now(settings: Any, db: None) -> Iterator[datetime]:
    with sister.running(settings):
        yield clock.now()


def off(member: Any) -> set[str]:
    return {channel for channel, is_on in choices.get_choices(member.public_id).channels.items() if not is_on}


def test_the_first_load_tells_of_everybody_in_batches(now: datetime) -> None:
    made = [make.member() for _ in range(5)]
    members.leave(made[0], by=make.BY, at=now)

    told = sync.publish_members(batch=2, at=now)
    again = sync.publish_members(batch=2, at=now)

    assert (told, again) == (5, 5)
    assert customers.count() == 4
    assert off(made[1]) == set()


def test_a_load_brings_the_consent_of_today(now: datetime) -> None:
    chosen = make.member()
    refused = make.member()
    subscriptions.unsubscribe(refused, mailing_type="mailings", channel="sms", by=make.OPERATOR, at=now)
    bridge.note(refused, now)

    sync.publish_members([chosen.public_id, refused.public_id], at=now)

    assert (off(chosen), off(refused)) == (set(), {"sms"})


def test_who_never_agreed_begins_with_everything_off(now: datetime) -> None:
    make.programme(consent_mode="optional")
    silent = make.member(consent=None, at=now)
    agreed = make.member(consent={"mailings": ["email"]}, at=now)

    sync.publish_members([silent.public_id, agreed.public_id], at=now)

    assert off(silent) == {"sms", "email", "push"}
    assert off(agreed) == {"sms", "push"}


def test_the_news_of_an_import_tells_of_all_its_people(now: datetime) -> None:
    made = [make.member() for _ in range(3)]
    event = bridge.happened("loyalty.MemberRegistered", made[0])[0]
    imported = type(event)(1, "loyalty.MembersImported", "", now, {"person_ids": [m.public_id for m in made]})

    sync.publish_imported_members(imported, now)

    assert customers.count() == 3


def test_a_sister_who_does_not_answer_is_told_again_later(settings: Any) -> None:
    settings.SISTER_ADDRESS = "http://127.0.0.1:1"
    anna = make.member()

    with pytest.raises(SisterNotReached):
        bridge.run(sync.publish_member, "loyalty.MemberRegistered", anna, make.AT)


def test_a_refused_signature_does_not_count_as_told(now: datetime) -> None:
    anna = make.member()

    with pytest.raises(SisterNotReached, match="401"):
        sync.publish_members([anna.public_id], at=now.replace(year=2020))
    assert customers.find(anna.public_id) is None


def test_without_a_sister_nobody_is_told(settings: Any) -> None:
    settings.SISTER_ADDRESS = ""

    assert sync.publish_members([make.member().public_id], at=make.AT) == 0
