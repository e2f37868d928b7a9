"""Starting a mailing: now or at a time, once at a time, and only when it can reach somebody in the way it must."""

from datetime import timedelta
from typing import Any

import pytest

from regulars.journal.models import Entry
from regulars.kit.clock import now
from regulars.kit.refusal import Refusal
from regulars.loyalty.audiences import actions as audiences
from regulars.loyalty.audiences.models import Audience
from regulars.loyalty.mailings import actions, sending
from regulars.loyalty.mailings.actions import MailingChangedMeanwhile, MailingNotEditable
from regulars.loyalty.mailings.models import Mailing
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.providers.models import Gateway
from regulars.runs.actions import RunGoesOn
from regulars.runs.models import Run
from tests import cast, make
from tests.loyalty.mailings import post

pytestmark = pytest.mark.django_db
NO_WAY_OUT = post.MJML.replace("{{ unsubscribe_url }}", "https://example.org/")


def refused_field(mailing: Mailing) -> str:
    with pytest.raises(Refusal) as refused:
        post.start(mailing)
    assert not Run.objects.exists()
    return refused.value.field


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("texts.en", {"texts": {}}),
        ("audience", {"audience_id": ""}),
        ("bodies.en", {"channel": "email", "texts": {}, "bodies": {"en": NO_WAY_OUT}, "subject_lines": {"en": "Hi"}}),
        ("subject_lines.en", {"channel": "email", "texts": {}, "bodies": {"en": post.MJML}}),
    ],
)
def test_what_is_not_finished_does_not_start_and_the_field_is_named(field: str, fields: dict[str, Any]) -> None:
    post.gateway()
    post.gateway("email")
    post.people(1, email="one@example.org")

    assert refused_field(post.draft(**fields)) == field


def test_an_email_that_cannot_be_refused_needs_no_way_out() -> None:
    post.gateway("email")
    post.people(1, email="one@example.org")

    assert post.start(post.email(bodies={"en": NO_WAY_OUT}, mailing_type="system"))


def test_nothing_starts_without_a_gateway_that_is_on() -> None:
    post.gateway()
    post.people(1)
    Gateway.objects.update(is_on=False)

    assert refused_field(post.draft()) == "channel"


def test_nothing_starts_for_nobody_or_for_people_who_all_refused() -> None:
    post.gateway()
    nobody = refused_field(post.draft())
    cast.max_()

    assert (nobody, refused_field(post.draft())) == ("audience", "audience")


def test_an_audience_that_was_put_away_is_not_written_to() -> None:
    post.gateway()
    post.people(1)
    mailing = post.draft()
    audiences.archive(Audience.objects.get(), by=make.BY, at=make.AT)

    assert refused_field(mailing) == "audience"


def test_pressing_twice_starts_once() -> None:
    post.gateway()
    post.people(1)
    mailing = post.draft()
    actions.start(mailing, version=1, by=make.BY, at=now())

    with pytest.raises(MailingChangedMeanwhile):
        actions.start(mailing, version=1, by=make.BY, at=now())
    with pytest.raises(RunGoesOn):
        actions.start(mailing, by=make.BY, at=now())

    assert Run.objects.count() == 1


def test_a_mailing_that_was_sent_can_be_sent_again_as_another_run() -> None:
    gateway_id = post.gateway()
    post.people(2)
    mailing = post.draft()
    for _ in range(2):
        post.start(mailing)
        post.drive()
        post.send(gateway_id)
        post.drive()

    assert [run.state for run in Run.objects.all()] == ["done", "done"]
    assert Entry.objects.filter(event="runs.RunEnded").count() == 2


# --- at a time


def test_a_scheduled_mailing_starts_when_its_time_has_come_and_not_before() -> None:
    post.gateway()
    post.people(1)
    mailing = post.draft()
    actions.schedule(mailing, post.soon(), by=make.BY, at=now())

    assert sending.send_due(now()) == 0
    assert actions.start_next_due(by=make.BY, at=post.soon(2)) == mailing
    assert actions.start_next_due(by=make.BY, at=post.soon(2)) is None

    mailing.refresh_from_db()
    assert (mailing.state, mailing.scheduled_at, Run.objects.count()) == ("started", None, 1)


def test_the_past_and_a_far_future_are_no_times_to_start() -> None:
    post.gateway()
    mailing = post.draft()

    for wrong in (now() - timedelta(seconds=1), now() + timedelta(days=400)):
        with pytest.raises(Refusal) as refused:
            actions.schedule(mailing, wrong, by=make.BY, at=now())
        assert refused.value.field == "starts_at"


def test_a_time_can_be_changed_and_taken_away() -> None:
    post.gateway()
    mailing = post.draft()
    for hours in (1, 3):
        actions.schedule(mailing, post.soon(hours), by=make.BY, at=now())
    actions.unschedule(mailing, by=make.BY, at=now())

    mailing.refresh_from_db()
    assert (mailing.state, mailing.scheduled_at) == ("draft", None)
    with pytest.raises(MailingNotEditable):
        actions.unschedule(mailing, by=make.BY, at=now())


def test_a_mailing_that_cannot_start_at_its_time_is_a_draft_again_and_says_why() -> None:
    post.gateway()
    post.people(1)
    mailing = post.draft()
    actions.schedule(mailing, post.soon(), by=make.BY, at=now())
    Gateway.objects.update(is_on=False)

    for _ in range(2):
        sending.send_due(post.soon(2))

    mailing.refresh_from_db()
    assert (mailing.state, mailing.trouble) == ("draft", "No gateway for SMS is on. Set one up first.")
    assert Entry.objects.get(event="loyalty.MailingNotStarted").body["code"] == "mailing_not_possible"
    assert not Run.objects.exists()


def test_a_scheduled_mailing_stays_ready_when_it_is_changed() -> None:
    post.gateway()
    mailing = post.draft()
    actions.schedule(mailing, post.soon(), by=make.BY, at=now())

    with pytest.raises(Refusal):
        actions.change(mailing, post.new(texts={}), version=2, by=make.BY, at=now())
    actions.change(mailing, post.new(name="Better"), version=2, by=make.BY, at=now())

    mailing.refresh_from_db()
    assert (mailing.name, mailing.state, mailing.version) == ("Better", "scheduled", 3)


def test_an_own_type_asks_its_own_cells() -> None:
    post.gateway()
    keen, other = post.people(2)
    subscriptions.add_type("wine", name="Wine club", base="mailings", by=make.BY, at=make.AT)
    subscriptions.unsubscribe(other, mailing_type="wine", channel="sms", by=make.BY, at=make.AT)

    post.started(mailing_type="wine")

    assert list(post.queued()) == [keen.public_id]
    assert post.reasons() == {other.public_id: "no_consent"}
