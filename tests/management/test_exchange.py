"""`regulars exchange` and `regulars bridge`: what they print, and when they fail."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from regulars.gateways.rabbitmq import publisher
from regulars.gateways.rabbitmq.pipes import Pipe
from regulars.gateways.rabbitmq.publisher import Publisher
from regulars.kit import clock
from regulars.loyalty.members import actions as members
from regulars.loyalty.sync.models import Untold
from regulars.management import differences, exchange
from regulars.smartcomms.customers import queries as customers
from regulars.smartcomms.customers.models import Customer
from regulars.smartcomms.subscriptions.models import ChannelSwitch
from regulars.warehouse import reading
from tests import make
from tests.gateways.rabbitmq import broker

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EXCHANGE_FOLDER = str(tmp_path)
    return tmp_path


def said(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_one_exchange_brings_everybody_over_and_tells_the_totals(folder: Path) -> None:
    anna = make.member()
    make.member()

    first, second = said("exchange"), said("exchange")

    assert customers.find(anna.public_id) is not None
    assert "Wrote parcel 1 with everything: 2 members, 0 changes of Mailings" in first
    assert "2 rows (2 applied)" in first
    assert "Wrote parcel 2 with what changed: 0 members" in second
    assert "parcel 3 with everything: 2 members" in said("exchange", "--full")


def test_another_folder_can_be_named(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    make.member()
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    assert str(elsewhere) in said("exchange", "--folder", str(elsewhere))
    assert not list(folder.iterdir())


def test_apart_one_side_writes_and_the_other_takes(folder: Path, settings: Any) -> None:
    anna = make.member()

    settings.SYSTEMS = {"loyalty"}
    said("exchange")
    assert customers.find(anna.public_id) is None
    assert len(reading.find_parcels(folder, "loyalty")) == 1
    settings.SYSTEMS = {"smartcomms"}
    told = said("exchange")

    assert customers.find(anna.public_id) is not None
    assert "Wrote" not in told


def test_without_a_folder_it_says_what_is_missing(settings: Any) -> None:
    settings.EXCHANGE_FOLDER = ""

    with pytest.raises(CommandError, match="REGULARS_EXCHANGE_FOLDER"):
        said("exchange")


def test_a_refused_parcel_makes_the_command_fail_and_say_where_it_lies(folder: Path, settings: Any) -> None:
    make.member()
    settings.SYSTEMS = {"loyalty"}
    said("exchange")
    settings.SYSTEMS, settings.SISTER_KEY = {"smartcomms"}, "another key"

    with pytest.raises(CommandError, match=r"1 refused; they lie in .*refused"):
        said("exchange")


def test_one_call_in_the_process_does_the_same(folder: Path) -> None:
    anna = make.member()

    done = exchange.run_once(at=clock.now())

    assert done.written is not None
    assert (done.written.members, [taken.rows for taken in done.taken]) == (1, [1])
    assert customers.find(anna.public_id) is not None


# --- bridge report


def test_two_sides_that_agree_have_no_differences(folder: Path) -> None:
    anna, boris = make.member(consent={"mailings": ["email"]}), make.member()
    members.leave(boris, by=make.BY, at=make.AT)
    said("exchange")

    assert "2 people compared, 0 differences" in said("bridge", "report")
    assert customers.find(anna.public_id) is not None


def test_every_kind_of_difference_is_counted_and_named(folder: Path) -> None:
    anna, boris, clara, dora = (make.member() for _ in range(4))
    said("exchange")
    ChannelSwitch.objects.filter(person_id=anna.public_id, channel="sms").update(is_on=False)
    Customer.objects.filter(person_id=boris.public_id).delete()
    members.leave(clara, by=make.BY, at=make.AT)

    report = differences.compare_both()

    assert (report.people, dict(report.counts)) == (4, {"sms": 1, "unknown": 1, "gone": 1})
    assert {(one.person_id, one.kind, one.loyalty, one.smartcomms) for one in report.first} == {
        (anna.public_id, "sms", "on", "off"),
        (boris.public_id, "unknown", "member", "nobody"),
        (clara.public_id, "gone", "gone", "customer"),
    }
    assert dora.public_id not in {one.person_id for one in report.first}
    with pytest.raises(CommandError, match="3 differences"):
        said("bridge", "report")


def test_only_the_first_differences_are_shown_and_all_are_counted(folder: Path) -> None:
    for _ in range(25):
        make.member()

    report = differences.compare_both()

    assert (report.counts["unknown"], len(report.first)) == (25, 20)


def test_apart_the_report_reads_a_parcel_and_takes_nothing(folder: Path, settings: Any) -> None:
    make.programme(consent_mode="optional")
    silent = make.member(consent=None)
    settings.SYSTEMS = {"loyalty"}
    said("exchange")
    settings.SYSTEMS = {"smartcomms"}
    (parcel,) = reading.find_parcels(folder, "loyalty")

    with pytest.raises(CommandError, match="Only one system runs here"):
        said("bridge", "report")
    before = differences.compare_with_parcel(parcel)
    assert dict(before.counts) == {"unknown": 1}
    assert parcel.exists()
    said("exchange", "--folder", str(folder))
    ChannelSwitch.objects.filter(person_id=silent.public_id, channel="push").update(is_on=True)
    settings.SYSTEMS = {"loyalty"}
    said("exchange", "--full")
    (full,) = reading.find_parcels(folder, "loyalty")

    after = differences.compare_with_parcel(full)

    assert [(one.kind, one.loyalty, one.smartcomms) for one in after.first] == [("push", "off", "on")]


# --- bridge load and dead letters


@pytest.fixture
def pipe(settings: Any) -> Iterator[Pipe]:
    with broker.a_pipe() as made:
        settings.RABBITMQ_URL, settings.RABBITMQ_PREFIX = broker.URL, made.prefix
        yield made
        publisher.close_all()


def test_the_load_marks_everybody_where_there_is_no_broker(folder: Path) -> None:
    make.member()

    assert "1 members marked for the next parcel" in said("bridge", "load")
    assert Untold.objects.count() == 1


def test_the_load_sends_everybody_over_the_broker(pipe: Pipe) -> None:
    for _ in range(3):
        make.member()

    assert "3 members told" in said("bridge", "load")
    (letter,) = broker.waiting(pipe)
    assert letter.body.count(b'"person_id"') == 3


def test_dead_letters_are_listed_without_a_word_of_their_content_and_replayed(pipe: Pipe) -> None:
    make.member(first_name="Anastasia")
    said("bridge", "load")
    (letter,) = broker.waiting(pipe)
    to_dead = Publisher(broker.URL, pipe)
    to_dead.publish(letter.body, message_id="good", signature=letter.signature)
    to_dead.publish(letter.body, message_id="forged", signature="t=1,v1=00")
    to_dead.close()
    broker.bury(pipe, 2)

    listed, replayed = said("bridge", "dead-letters"), said("bridge", "dead-letters", "--replay", "--discard")

    assert "good  rejected: could be taken now  [kept]" in listed
    assert "forged  rejected: the signature does not fit" in listed
    assert "Anastasia" not in listed
    assert ("[replayed]" in replayed, "[discarded]" in replayed) == (True, True)
    assert said("bridge", "dead-letters") == "0 dead letters\n"
    assert [one.message_id for one in broker.waiting(pipe)] == ["good"]


def test_without_a_broker_there_are_no_dead_letters_to_look_at(settings: Any) -> None:
    settings.RABBITMQ_URL = ""

    with pytest.raises(CommandError, match="RABBITMQ_URL"):
        said("bridge", "dead-letters")
