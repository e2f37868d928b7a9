"""Starting a mailing: now or at a time, once at a time, and only when it can reach somebody in the way it must."""

from datetime import timedelta
from typing import Any

import pytest

from regulars.journal.models import Entry
from regulars.kit import chores
from regulars.kit.clock import now
from regulars.kit.refusal import Refusal
from regulars.providers.models import Gateway
from regulars.runs.actions import RunGoesOn
from regulars.runs.models import Run
from regulars.smartcomms.mailings import actions, sending
from regulars.smartcomms.mailings.actions import MailingChangedMeanwhile, MailingNotEditable
from regulars.smartcomms.mailings.audience import Audience
from regulars.smartcomms.mailings.models import Mailing
from regulars.smartcomms.subscriptions import actions as subscriptions
from tests.smartcomms import people
from tests.smartcomms.mailings import post
from tests.smartcomms.people import AT, EMPLOYEE

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
        ("bodies.en", {"channel": "email", "texts": {}, "bodies": {"en": NO_WAY_OUT}, "subject_lines": {"en": "Hi"}}),
        ("subject_lines.en", {"channel": "email", "texts": {}, "bodies": {"en": post.MJML}}),
        ("audience.status", {"audience": Audience(languages=("ru",))}),
        ("audience.status", {"audience": Audience(is_verified=True)}),
    ],
)
def test_what_is_not_finished_or_reaches_nobody_does_not_start_and_the_field_is_named(
    field: str, fields: dict[str, Any]
) -> None:
    post.gateway()
    post.gateway("email")
    post.customers(1)

    assert refused_field(post.draft(**fields)) == field


def test_nothing_starts_for_people_who_all_refused() -> None:
    post.gateway()
    people.category("news", sms=False)
    post.customers(2)

    assert refused_field(post.draft(category="news")) == "audience.status"


def test_a_category_that_is_not_in_use_any_more_is_not_sent_under() -> None:
    post.gateway()
    people.category("news")
    post.customers(1)
    mailing = post.draft(category="news")
    subscriptions.change_category("news", {"is_active": False}, by=EMPLOYEE, at=AT)

    assert refused_field(mailing) == "category"


def test_nothing_starts_without_a_gateway_that_is_on() -> None:
    post.gateway()
    post.customers(1)
    Gateway.objects.update(is_on=False)

    assert refused_field(post.draft()) == "channel"


def test_pressing_twice_starts_once() -> None:
    post.gateway()
    post.customers(1)
    mailing = post.draft()
    actions.start(mailing, version=1, by=EMPLOYEE, at=now())

    with pytest.raises(MailingChangedMeanwhile):
        actions.start(mailing, version=1, by=EMPLOYEE, at=now())
    with pytest.raises(RunGoesOn):
        actions.start(mailing, by=EMPLOYEE, at=now())

    assert Run.objects.count() == 1


def test_a_mailing_that_was_sent_can_be_sent_again_as_another_run() -> None:
    gateway_id = post.gateway()
    post.customers(2)
    mailing = post.draft()
    for _ in range(2):
        post.start(mailing)
        post.drive()
        post.send(gateway_id)
        post.drive()

    assert [(run.system, run.state) for run in Run.objects.all()] == [("smartcomms", "done")] * 2


# --- at a time


def test_the_scheduler_knows_what_is_due() -> None:
    chore = next(each for each in chores.list_all() if each.name == "smart communications mailings")
    post.gateway()
    post.customers(1)
    mailing = post.draft()
    actions.schedule(mailing, post.soon(), by=EMPLOYEE, at=now())

    assert chore.chore(now()) == 0
    assert chore.chore(post.soon(2)) > 0
    mailing.refresh_from_db()
    assert (mailing.state, mailing.scheduled_at, Run.objects.count()) == ("started", None, 1)


def test_the_past_and_a_far_future_are_no_times_to_start() -> None:
    post.gateway()
    mailing = post.draft()

    for wrong in (now() - timedelta(seconds=1), now() + timedelta(days=400)):
        with pytest.raises(Refusal) as refused:
            actions.schedule(mailing, wrong, by=EMPLOYEE, at=now())
        assert refused.value.field == "starts_at"


def test_a_time_can_be_changed_and_taken_away() -> None:
    post.gateway()
    mailing = post.draft()
    for hours in (1, 3):
        actions.schedule(mailing, post.soon(hours), by=EMPLOYEE, at=now())
    actions.unschedule(mailing, by=EMPLOYEE, at=now())

    mailing.refresh_from_db()
    assert (mailing.state, mailing.scheduled_at) == ("draft", None)
    with pytest.raises(MailingNotEditable):
        actions.unschedule(mailing, by=EMPLOYEE, at=now())


def test_a_mailing_that_cannot_start_at_its_time_is_a_draft_again_and_says_why() -> None:
    post.gateway()
    post.customers(1)
    mailing = post.draft()
    actions.schedule(mailing, post.soon(), by=EMPLOYEE, at=now())
    Gateway.objects.update(is_on=False)

    for _ in range(2):
        sending.send_due(post.soon(2))

    mailing.refresh_from_db()
    assert (mailing.state, mailing.trouble) == ("draft", "No gateway for SMS is on. Set one up first.")
    assert Entry.objects.get(event="smartcomms.MailingNotStarted").body["code"] == "mailing_not_possible"
    assert not Run.objects.exists()


def test_a_scheduled_mailing_stays_ready_when_it_is_changed() -> None:
    post.gateway()
    mailing = post.draft()
    actions.schedule(mailing, post.soon(), by=EMPLOYEE, at=now())

    with pytest.raises(Refusal):
        actions.change(mailing, post.new(texts={}), version=2, by=EMPLOYEE, at=now())
    actions.change(mailing, post.new(name="Better"), version=2, by=EMPLOYEE, at=now())

    mailing.refresh_from_db()
    assert (mailing.name, mailing.state, mailing.version) == ("Better", "scheduled", 3)
