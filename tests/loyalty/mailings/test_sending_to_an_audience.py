"""From the start to the last message: everybody in the audience gets one message, or a reason why not."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kit.clock import now
from regulars.loyalty.audiences import actions as audiences
from regulars.loyalty.audiences.models import Audience
from regulars.loyalty.mailings import actions, sending
from regulars.loyalty.members import actions as members
from regulars.loyalty.members.models import Identifier, Member
from regulars.loyalty.points.models import Balance
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.subscriptions import actions as subscriptions
from regulars.messages import outcomes
from regulars.messages.models import Message, Suppression
from regulars.runs.models import Recipient, Run
from tests import cast, make
from tests.loyalty.mailings import post

pytestmark = pytest.mark.django_db


def test_everybody_who_may_be_written_to_gets_one_message_in_their_own_words() -> None:
    post.gateway()
    anna, olga = cast.anna().member, cast.olga().member
    run = post.started(texts={"en": "Hello {{ first_name }}", "ru": "Здравствуйте, {{ first_name }}"}, sender="Corner")

    message = Message.objects.get(person_id=anna.public_id)
    assert post.queued() == {anna.public_id: "Hello Anna", olga.public_id: "Здравствуйте, Ольга"}
    assert (message.origin, message.run_id, message.subject) == (f"run:{run.public_id}", run.pk, "mailings")
    assert (message.message_class, message.lane, message.sender) == ("marketing", 2, "Corner")
    assert (run.state, run.audience_size) == ("sending", 2)


def test_an_email_carries_subject_html_and_each_ones_own_way_out() -> None:
    post.gateway("email")
    anna, max_ = cast.anna().member, cast.max_().member
    run = post.start(post.email())
    post.drive()

    mail, other = (Message.objects.get(person_id=each.public_id) for each in (anna, max_))
    assert (mail.subject_line, mail.address, mail.run_id) == ("For Anna", "anna@example.org", run.pk)
    assert mail.unsubscribe_url.startswith("http://testserver/preferences/")
    assert mail.unsubscribe_url in mail.html
    assert mail.unsubscribe_url != other.unsubscribe_url


def test_the_variables_are_the_members_own() -> None:
    post.gateway()
    anna = cast.anna().member
    currency = programme.get_currency()
    Balance.objects.update_or_create(member_id=anna.pk, currency_id=currency.pk, defaults={"available": 840})

    post.started(texts={"en": "{{ last_name }}: {{ balance }} {{ currency }} at {{ programme }} {{ unsubscribe_url }}"})

    said = post.queued()[anna.public_id]
    assert said.startswith(f"Morgan: 840 {currency.name} at Corner Club http://testserver/preferences/")


def test_who_gets_nothing_is_written_down_with_the_reason() -> None:
    post.gateway()
    anna, max_, tom = cast.anna().member, cast.max_().member, cast.tom().member
    dead, blocked, left, late = post.people(4)
    phone = Identifier.objects.get(member_id=dead.pk, kind="phone").value
    Suppression.objects.create(channel="sms", address=phone, reason="dead", since_at=make.AT)
    run = post.start(post.draft())
    sending.send_due(now() - timedelta(minutes=5))
    members.block(blocked, reason="lost", by=make.BY, at=make.AT)
    members.leave(left, by=make.BY, at=make.AT)
    subscriptions.disable_all(late, by=make.BY, at=make.AT)

    post.drive()

    assert list(post.queued()) == [anna.public_id]
    assert post.reasons() == {
        max_.public_id: "no_consent",
        tom.public_id: "no_address",
        dead.public_id: "suppressed",
        blocked.public_id: "blocked",
        left.public_id: "gone",
        late.public_id: "no_consent",
    }
    assert outcomes.progress(run).left_out == {
        "no_consent": 2, "blocked": 1, "gone": 1, "no_address": 1, "suppressed": 1,
    }  # fmt: skip


def test_an_opt_out_between_the_text_and_the_hand_over_is_obeyed() -> None:
    gateway_id = post.gateway()
    early, late, left = post.people(3)
    run = post.started()
    subscriptions.unsubscribe(early, channel="sms", by=make.BY, at=make.AT)
    claimed = post.claim(gateway_id)
    subscriptions.unsubscribe(late, mailing_type="mailings", by=make.BY, at=make.AT)
    members.leave(left, by=make.BY, at=make.AT)

    assert post.hand_over(claimed, gateway_id) == []
    assert dict(Message.objects.values_list("person_id", "state")) == {
        each.public_id: "cancelled" for each in (early, late, left)
    }
    assert outcomes.progress(run).left_out == {"no_consent": 2, "person_gone": 1}


@given(
    count=st.integers(0, 25), at_once=st.integers(1, 7), deaths=st.lists(st.integers(0, 30), max_size=6), data=st.data()
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_is_missing_and_nobody_twice_whatever_dies_on_the_way(
    monkeypatch: pytest.MonkeyPatch, count: int, at_once: int, deaths: list[int], data: st.DataObject
) -> None:
    """Each death takes back what a piece had written, as the end of its process would."""
    Message.objects.all().delete()
    Recipient.objects.all().delete()
    Run.objects.all().delete()
    Member.objects.all().delete()
    Identifier.objects.all().delete()
    monkeypatch.setattr(sending, "AT_ONCE", at_once)
    post.gateway()
    everybody = post.people(count)
    silent = data.draw(st.sets(st.sampled_from(everybody), max_size=count // 2)) if everybody else set()
    for one in silent:
        subscriptions.unsubscribe(one, channel="sms", by=make.BY, at=make.AT)
    if len(silent) == count:
        return
    run = post.start(post.draft())

    for piece in range(400):
        place = transaction.savepoint_create()
        went_on = sending.send_due(now() - timedelta(minutes=5))
        if piece in deaths:
            transaction.savepoint_rollback(place)
        elif not went_on:
            break

    run.refresh_from_db()
    assert (run.state, run.audience_size) == ("sending", count)
    assert sorted(post.queued()) == sorted(one.public_id for one in everybody if one not in silent)
    assert post.reasons() == {one.public_id: "no_consent" for one in silent}


def test_members_who_come_or_change_after_the_freezing_change_nothing_about_it() -> None:
    post.gateway()
    anna = cast.anna().member
    run = post.start(post.draft())
    sending.send_due(now())
    cast.olga()
    audiences.archive(Audience.objects.get(), by=make.BY, at=make.AT)

    post.drive()

    assert list(post.queued()) == [anna.public_id]
    run.refresh_from_db()
    assert run.audience_size == 1


def test_a_batch_costs_the_same_number_of_statements_however_many_people_it_has() -> None:
    post.gateway()
    post.people(2)
    counts = []
    for more in (0, 30):
        post.people(more)
        post.start(post.draft())
        sending.send_due(now())
        with CaptureQueriesContext(connection) as seen:
            sending.send_due(now())
        counts.append(len(seen))
        Run.objects.update(state="done", ended_at=now())

    assert counts[0] == counts[1]


# --- pausing and cancelling


def test_a_pause_stops_what_waits_and_what_is_claimed_and_going_on_sends_it() -> None:
    gateway_id = post.gateway()
    post.people(3)
    mailing = post.draft()
    post.start(mailing)
    post.drive()
    claimed = post.claim(gateway_id, limit=1)

    actions.pause(mailing, by=make.BY, at=make.AT)
    assert (post.claim(gateway_id), post.hand_over(claimed, gateway_id)) == ([], [])
    actions.resume(mailing, by=make.BY, at=make.AT)

    assert len(post.hand_over(claimed, gateway_id)) == 1
    assert len(post.send(gateway_id)) == 2


def test_a_paused_run_makes_no_texts() -> None:
    post.gateway()
    post.people(3)
    mailing = post.draft()
    post.start(mailing)
    actions.pause(mailing, by=make.BY, at=make.AT)

    assert (post.drive(), Recipient.objects.count()) == (0, 0)
    actions.resume(mailing, by=make.BY, at=make.AT)
    post.drive()
    assert len(post.queued()) == 3


def test_cancelling_takes_back_piece_by_piece_what_has_not_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TAKEN_BACK_AT_ONCE", 2)
    gateway_id = post.gateway()
    post.people(6)
    mailing = post.draft()
    run = post.start(mailing)
    post.drive()
    claimed = post.claim(gateway_id, limit=2)
    post.hand_over(claimed[:1], gateway_id)

    actions.cancel(mailing, by=make.BY, at=make.AT)
    post.drive()

    run.refresh_from_db()
    assert sorted(Message.objects.values_list("state", flat=True)) == ["cancelled"] * 5 + ["submitting"]
    assert (run.state, run.ended_at, post.claim(gateway_id)) == ("cancelled", None, [])
    Message.objects.filter(state="submitting").update(state="accepted")
    post.drive()
    run.refresh_from_db()
    assert run.ended_at is not None
    assert outcomes.progress(run).left_out == {"run_cancelled": 5}


def test_a_run_cancelled_before_its_texts_are_made_reaches_nobody() -> None:
    post.gateway()
    post.people(3)
    mailing = post.draft()
    run = post.start(mailing)
    sending.send_due(now())
    actions.cancel(mailing, by=make.BY, at=make.AT)
    post.drive()

    run.refresh_from_db()
    shown = outcomes.progress(run)
    assert (post.queued(), shown.people, shown.settled) == ({}, 3, 3)
    assert shown.left_out == {"run_cancelled": 3}


# --- texts that cannot be made

FRAGILE = "{% if first_name == 'Zero' %}{{ 1 | divided_by: 0 }}{% endif %}Hello"


def test_one_person_whose_text_fails_is_left_out_and_the_others_are_not() -> None:
    post.gateway()
    post.people(15)
    (zero,) = post.people(1, first_name="Zero")

    run = post.started(texts={"en": FRAGILE})

    assert (len(post.queued()), post.reasons()) == (15, {zero.public_id: "render_failed"})
    assert not run.is_held


def test_one_of_a_few_is_left_out_as_well_and_the_run_ends() -> None:
    post.gateway()
    post.people(2)
    (zero,) = post.people(1, first_name="Zero")

    run = post.started(texts={"en": FRAGILE})

    assert (len(post.queued()), post.reasons()) == (2, {zero.public_id: "render_failed"})
    assert (run.state, run.is_held) == ("sending", False)


def test_a_text_that_fails_for_many_holds_the_run_and_says_why() -> None:
    post.gateway()
    post.people(3, first_name="Zero")
    mailing = post.draft(texts={"en": FRAGILE})
    run = post.start(mailing)
    post.drive()

    run.refresh_from_db()
    assert (run.state, run.is_held, post.queued()) == ("queueing", True, {})
    assert "3 of 3 texts cannot be made" in run.trouble
    Member.objects.update(first_name="One")
    actions.resume(mailing, by=make.BY, at=make.AT)
    post.drive()
    assert len(post.queued()) == 3


def test_a_run_that_fails_in_an_unforeseen_way_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    post.gateway()
    post.people(1)
    bad, good = post.draft(), post.draft(texts={"en": "Good"})
    post.start(bad)
    post.start(good)
    freeze = sending._freeze

    def breaks(run: Run, at: object) -> bool:
        if run.mailing_id == bad.public_id:
            raise ZeroDivisionError
        return freeze(run, at)  # type: ignore[arg-type]

    monkeypatch.setattr(sending, "_freeze", breaks)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            sending.send_due(now())

    assert list(post.queued().values()) == ["Good"]
