"""Loyalty tells Smart Communications of members: one by one as things happen, and all of them at first."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.gateways.rabbitmq.publisher import BrokerNotReached
from regulars.loyalty.members import actions as members
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.loyalty.sync import actions as sync
from regulars.loyalty.sync import untold
from tests import make
from tests.loyalty.sync import bridge, exchange
from tests.make import AT

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(seconds=1)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EXCHANGE_FOLDER = str(tmp_path)
    return tmp_path


def test_the_first_parcel_tells_of_everybody(folder: Path) -> None:
    made = [make.member() for _ in range(3)]
    members.leave(made[0], by=make.BY, at=AT)

    told = exchange.write(folder)

    assert (told.is_full, told.sequence) == (True, 1)
    assert set(told.members) == {one.public_id for one in made}
    assert told.members[made[1].public_id]["phone"].startswith("+44770")
    left = told.members[made[0].public_id]
    assert (left["is_gone"], left["first_name"], left["phone"], left["email"]) == (True, "", "", "")
    assert told.consent == {}


def test_the_next_parcel_tells_of_those_who_changed_and_of_nobody_else(folder: Path) -> None:
    anna, boris, _ = (make.member() for _ in range(3))
    exchange.write(folder)
    members.change_profile(anna, {"first_name": "Anya"}, by=make.BY, at=LATER)
    bridge.run(sync.publish_member, "loyalty.ProfileChanged", anna, LATER)
    subscriptions.unsubscribe(boris, mailing_type="mailings", channel="sms", by=make.OPERATOR, at=LATER)
    bridge.note(boris, LATER)
    bridge.run(sync.publish_mailings_switched, "loyalty.MailingsSwitched", boris, LATER)

    second, third = exchange.write(folder, at=LATER), exchange.write(folder, at=LATER)

    assert (second.is_full, second.sequence) == (False, 2)
    assert set(second.members) == {anna.public_id, boris.public_id}
    assert second.members[anna.public_id]["first_name"] == "Anya"
    assert second.consent == {(boris.public_id, "sms"): False}
    assert (third.sequence, third.members, third.consent) == (3, {}, {})


def test_everything_can_be_told_again(folder: Path) -> None:
    anna = make.member()
    exchange.write(folder)

    again = exchange.write(folder, is_full=True, at=LATER)

    assert (again.is_full, again.sequence, set(again.members)) == (True, 2, {anna.public_id})


def test_who_never_agreed_begins_with_everything_off(folder: Path) -> None:
    make.programme(consent_mode="optional")
    silent = make.member(consent=None)
    agreed = make.member(consent={"mailings": ["email"]})

    told = exchange.write(folder)

    assert {channel for person, channel in told.consent if person == silent.public_id} == {"sms", "email", "push"}
    assert {channel for person, channel in told.consent if person == agreed.public_id} == {"sms", "push"}
    assert not any(told.consent.values())


def test_the_news_of_an_import_tells_of_all_its_people(folder: Path) -> None:
    exchange.write(folder)
    made = [make.member() for _ in range(3)]
    event = bridge.happened("loyalty.MemberRegistered", made[0])[0]
    imported = type(event)(1, "loyalty.MembersImported", "", AT, {"person_ids": [m.public_id for m in made]})

    sync.publish_imported_members(imported, AT)

    assert len(exchange.write(folder).members) == 3


def test_the_load_marks_everybody_for_the_next_parcel(folder: Path) -> None:
    made = [make.member() for _ in range(5)]
    exchange.write(folder)

    told = sync.publish_members(batch=2, at=AT)

    assert told == 5
    assert len(exchange.write(folder).members) == len(made)


def test_a_broker_that_does_not_answer_is_told_again_later(settings: Any) -> None:
    settings.RABBITMQ_URL = "amqp://guest:guest@127.0.0.1:1/"
    anna = make.member()

    with pytest.raises(BrokerNotReached):
        bridge.run(sync.publish_member, "loyalty.MemberRegistered", anna, AT)


def test_without_a_carrier_nobody_is_told(settings: Any) -> None:
    settings.EXCHANGE_FOLDER = ""

    assert sync.publish_members([make.member().public_id], at=AT) == 0
    assert not untold.is_any()


@pytest.mark.parametrize("systems", [{"smartcomms"}, {"loyalty"}])
def test_apart_without_a_chosen_folder_there_is_no_carrier(settings: Any, systems: set[str]) -> None:
    settings.EXCHANGE_FOLDER, settings.SYSTEMS = None, systems

    assert sync.publish_members([make.member().public_id], at=AT) == 0


def test_together_the_folder_belongs_to_the_database(settings: Any) -> None:
    settings.EXCHANGE_FOLDER = None
    name = settings.DATABASES["default"]["NAME"]

    found = sync.folders.find()

    assert found is not None
    assert found.parts[-2:] == ("exchange", name)
