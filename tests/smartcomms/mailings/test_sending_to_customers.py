"""From the start to the last message: every customer of the audience gets one message, or a reason why not."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kit.clock import now
from regulars.messages import outcomes
from regulars.messages.models import Message, Suppression
from regulars.runs.models import Recipient, Run
from regulars.smartcomms.customers.models import Customer
from regulars.smartcomms.mailings import actions, queries, sending
from regulars.smartcomms.mailings.audience import Audience
from regulars.smartcomms.subscriptions import actions as subscriptions
from regulars.smartcomms.subscriptions import links
from regulars.smartcomms.subscriptions.links import Link
from tests.smartcomms import people
from tests.smartcomms.mailings import post
from tests.smartcomms.people import AT, EMPLOYEE

pytestmark = pytest.mark.django_db


def choose(person_id: str, *, channel: str = "sms", is_on: bool = True, category: bool | None = None) -> None:
    cells = {} if category is None else {("news", channel): category}
    subscriptions.save_choices(
        person_id, channels={channel: is_on}, categories=cells, cause="employee", by=EMPLOYEE, at=AT
    )


def test_everybody_who_may_be_written_to_gets_one_message_in_their_own_words() -> None:
    post.gateway(settings={"sender": "SHOP"})
    people.category("news")
    anna, olga = post.customers(1, first_name="Anna")[0], post.customers(1, first_name="Ольга", locale="ru")[0]
    run = post.started(
        category="news",
        texts={"en": "Hello {{ first_name }}, {{ sender_name }}", "ru": "Здравствуйте, {{ first_name }}"},
    )

    message = Message.objects.get(person_id=anna)
    assert post.queued() == {anna: "Hello Anna, SHOP", olga: "Здравствуйте, Ольга"}
    assert (message.system, message.origin, message.run_id) == ("smartcomms", f"run:{run.public_id}", run.pk)
    assert (message.subject, message.message_class, message.lane) == ("news", "marketing", 2)
    assert (run.state, run.audience_size) == ("sending", 2)


def test_an_email_carries_subject_html_and_each_ones_own_way_out_of_this_category() -> None:
    post.gateway("email")
    people.category("news")
    anna, olga = post.customers(2, first_name="Anna")
    post.start(post.email(category="news", sender="Corner Shop <news@shop.example>"))
    post.drive()

    mail, other = (Message.objects.get(person_id=each) for each in (anna, olga))
    token = mail.unsubscribe_url.removeprefix("http://testserver/u/")
    assert (mail.subject_line, mail.sender) == ("For Anna", "Corner Shop <news@shop.example>")
    assert mail.unsubscribe_url in mail.html
    assert links.read(token) == Link(anna, "email", "news")
    assert mail.unsubscribe_url != other.unsubscribe_url


def test_who_gets_nothing_is_written_down_with_the_reason() -> None:
    post.gateway()
    people.category("news")
    anna, off, refused, dead, left, late = post.customers(6)
    nowhere = post.customers(1, phone="")[0]
    phone = queries.list_people("sms", [dead])[0].address
    Suppression.objects.create(channel="sms", address=phone, reason="dead", since_at=AT)
    choose(off, is_on=False)
    choose(refused, category=False)
    run = post.start(post.draft(category="news"))
    sending.send_due(now() - timedelta(minutes=5))
    people.receive(people.gone(left))
    choose(late, category=False)

    post.drive()

    assert list(post.queued()) == [anna]
    assert post.reasons() == {
        off: "channel_off", refused: "category_off", dead: "suppressed", nowhere: "no_address", left: "gone",
        late: "category_off",
    }  # fmt: skip
    assert outcomes.progress(run).left_out == {
        "category_off": 2, "channel_off": 1, "suppressed": 1, "no_address": 1, "gone": 1,
    }  # fmt: skip


def test_an_opt_out_between_the_text_and_the_hand_over_is_obeyed() -> None:
    gateway_id = post.gateway()
    people.category("news")
    one_click, whole, left = post.customers(3)
    run = post.started(category="news")
    claimed = post.claim(gateway_id)
    subscriptions.one_click(Link(one_click, "sms", "news"), by=people.myself(one_click), at=AT)
    choose(whole, is_on=False)
    people.receive(people.gone(left))

    assert post.hand_over(claimed, gateway_id) == []
    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}
    assert outcomes.progress(run).left_out == {"category_off": 1, "channel_off": 1, "person_gone": 1}


def test_one_click_in_a_mailing_ends_its_category_and_nothing_else() -> None:
    gateway_id = post.gateway("email")
    people.category("news")
    (anna,) = post.customers(1)
    post.start(post.email(category="news"))
    post.drive()
    (sent,) = post.send(gateway_id, channel="email")

    link = links.read(sent.unsubscribe_url.rpartition("/")[2])
    for _ in range(2):
        subscriptions.one_click(link, by=people.myself(anna), at=AT)

    mailings = {name: post.email(category=name) for name in ("news", "")}
    reasons = {
        name: queries.left_out(queries.list_people("email", [anna]), channel="email", category=name, at=AT)
        for name in mailings
    }
    assert reasons == {"news": {anna: "category_off"}, "": {}}


@given(
    count=st.integers(0, 25), at_once=st.integers(1, 7), deaths=st.lists(st.integers(0, 30), max_size=6), data=st.data()
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_is_missing_and_nobody_twice_whatever_dies_on_the_way(
    monkeypatch: pytest.MonkeyPatch, count: int, at_once: int, deaths: list[int], data: st.DataObject
) -> None:
    """Each death takes back what a piece had written, as the end of its process would."""
    for model in (Message, Recipient, Run, Customer):
        model._default_manager.all().delete()
    monkeypatch.setattr(sending, "AT_ONCE", at_once)
    post.gateway()
    everybody = post.customers(count)
    silent = data.draw(st.sets(st.sampled_from(everybody), max_size=count // 2)) if everybody else set()
    for one in silent:
        choose(one, is_on=False)
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
    assert sorted(post.queued()) == sorted(one for one in everybody if one not in silent)
    assert post.reasons() == dict.fromkeys(silent, "channel_off")


def test_customers_who_come_or_change_after_the_freezing_change_nothing_about_it() -> None:
    post.gateway()
    (anna,) = post.customers(1)
    run = post.start(post.draft(audience=Audience(languages=("en",))))
    sending.send_due(now())
    post.customers(1)
    Customer.objects.filter(person_id=anna).update(locale="ru")

    post.drive()

    assert list(post.queued()) == [anna]
    run.refresh_from_db()
    assert run.audience_size == 1


def test_a_batch_costs_the_same_number_of_statements_however_many_people_it_has() -> None:
    post.gateway()
    post.customers(2)
    counts = []
    for more in (0, 30):
        post.customers(more)
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
    post.customers(3)
    mailing = post.draft()
    post.start(mailing)
    post.drive()
    claimed = post.claim(gateway_id, limit=1)

    actions.pause(mailing, by=EMPLOYEE, at=AT)
    assert (post.claim(gateway_id), post.hand_over(claimed, gateway_id)) == ([], [])
    actions.resume(mailing, by=EMPLOYEE, at=AT)

    assert len(post.hand_over(claimed, gateway_id)) == 1
    assert len(post.send(gateway_id)) == 2


def test_a_paused_run_makes_no_texts() -> None:
    post.gateway()
    post.customers(3)
    mailing = post.draft()
    post.start(mailing)
    actions.pause(mailing, by=EMPLOYEE, at=AT)

    assert (post.drive(), Recipient.objects.count()) == (0, 0)
    actions.resume(mailing, by=EMPLOYEE, at=AT)
    post.drive()
    assert len(post.queued()) == 3


def test_cancelling_takes_back_piece_by_piece_what_has_not_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TAKEN_BACK_AT_ONCE", 2)
    gateway_id = post.gateway()
    post.customers(6)
    mailing = post.draft()
    run = post.start(mailing)
    post.drive()
    claimed = post.claim(gateway_id, limit=2)
    post.hand_over(claimed[:1], gateway_id)

    actions.cancel(mailing, by=EMPLOYEE, at=AT)
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
    post.customers(3)
    mailing = post.draft()
    run = post.start(mailing)
    sending.send_due(now())
    actions.cancel(mailing, by=EMPLOYEE, at=AT)
    post.drive()

    run.refresh_from_db()
    shown = outcomes.progress(run)
    assert (post.queued(), shown.people, shown.settled) == ({}, 3, 3)
    assert shown.left_out == {"run_cancelled": 3}


# --- texts that cannot be made

FRAGILE = "{% if first_name == 'Zero' %}{{ 1 | divided_by: 0 }}{% endif %}Hello"


def test_one_person_whose_text_fails_is_left_out_and_the_others_are_not() -> None:
    post.gateway()
    post.customers(15)
    (zero,) = post.customers(1, first_name="Zero")

    run = post.started(texts={"en": FRAGILE})

    assert (len(post.queued()), post.reasons()) == (15, {zero: "render_failed"})
    assert not run.is_held


def test_one_of_a_few_is_left_out_as_well_and_the_run_ends() -> None:
    post.gateway()
    post.customers(2)
    (zero,) = post.customers(1, first_name="Zero")

    run = post.started(texts={"en": FRAGILE})

    assert (len(post.queued()), post.reasons()) == (2, {zero: "render_failed"})
    assert (run.state, run.is_held) == ("sending", False)


def test_a_text_that_fails_for_many_holds_the_run_and_says_why() -> None:
    post.gateway()
    post.customers(3, first_name="Zero")
    mailing = post.draft(texts={"en": FRAGILE})
    run = post.start(mailing)
    post.drive()

    run.refresh_from_db()
    assert (run.state, run.is_held, post.queued()) == ("queueing", True, {})
    assert "3 of 3 texts cannot be made" in run.trouble
    Customer.objects.update(first_name="One")
    actions.resume(mailing, by=EMPLOYEE, at=AT)
    post.drive()
    assert len(post.queued()) == 3


def test_a_run_that_fails_in_an_unforeseen_way_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    post.gateway()
    post.customers(1)
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


def test_the_two_systems_runs_do_not_meet() -> None:
    """One table of runs: Smart Communications' scheduler leaves a run of Loyalty alone, and the other way round."""
    from regulars.loyalty.mailings import sending as loyalty

    post.gateway()
    post.customers(2)
    run = post.start(post.draft())

    assert loyalty.send_due(now()) == 0
    Run.objects.update(system="loyalty")
    assert sending.send_due(now()) == 0
    assert not Recipient.objects.filter(run_id=run.pk).exists()
